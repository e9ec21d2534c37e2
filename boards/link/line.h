/* What the link asks of a board; a port has it (ports/port.h). */
#ifndef WASMOTE_LINE_H
#define WASMOTE_LINE_H

#include <stdint.h>

/* Sends a byte; waits while the transmitter is full. */
void port_putc(uint8_t byte);

/* Restarts the board after the last byte was sent. */
_Noreturn void port_reset(void);

#endif
