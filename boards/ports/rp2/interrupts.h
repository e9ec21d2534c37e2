/* Handlers of interrupts of the RP2040 and the RP2350: a driver that enables one defines its handler. Those of interrupts.c do nothing. */
#ifndef WASMOTE_RP2_INTERRUPTS_H
#define WASMOTE_RP2_INTERRUPTS_H

/* The timer's first alarm, and its second one. */
void timer_handler(void);
void second_timer_handler(void);

void usb_handler(void);

/* Of both UARTs. */
void uart_handler(void);

#endif
