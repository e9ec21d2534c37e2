#include "interrupts.h"

#include "chip.h"

enum { timerInterrupt = 0 };

__attribute__((weak)) void timer_handler(void) {}

__attribute__((weak)) void second_timer_handler(void) {}

__attribute__((weak)) void usb_handler(void) {}

__attribute__((weak)) void uart_handler(void) {}

__attribute__((section(".interrupt_vectors"), used))
static void (*const interruptVectors[])(void) = {
    [timerInterrupt] = timer_handler, [timerInterrupt + 1] = second_timer_handler, [chipUsbInterrupt] = usb_handler, [chipUartInterrupt] = uart_handler,
    [chipUartInterrupt + 1] = uart_handler,
};
