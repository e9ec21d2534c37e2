/* What the FPGA images of Arm's MPS2+ and MPS3 boards have in common: their UART. */
#ifndef WASMOTE_MPS_H
#define WASMOTE_MPS_H

/* The UART sends and receives from now on. */
void mps_uart_start(void);

#endif
