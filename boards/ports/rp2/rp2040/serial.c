/*
 * The source "uart": frames that another processor sends at the pin, 8 bits without parity. An interrupt takes them; a frame whose checksum
 * is wrong, and bytes that came too fast, are a moment that is missing.
 * Sources: RP2040 data sheet, 2.3.2 (interrupts), 2.19.2 (functions of pins), 2.19.6.3 (pads), 4.2 (UART; 4.2.8 registers).
 */
#include "serial.h"

#include <stddef.h>

#include "../../../drivers/frames.h"
#include "../../../drivers/value_ring.h"
#include "../interrupts.h"
#include "../link.h"
#include "../registers.h"

#define UART(number) (UART0 + 0x4000 * (number))
#define DATA (uart + 0x00)
#define FLAGS (uart + 0x18)
#define DIVISOR (uart + 0x24)
#define FRACTION (uart + 0x28)
#define LINE_CONTROL (uart + 0x2c)
#define CONTROL (uart + 0x30)
#define INTERRUPTS (uart + 0x38)
#define CLEAR_INTERRUPTS (uart + 0x44)

enum { functionUart = 2, padOfInput = 1 << 7 | 1 << 6 | 1 << 3 | 1 << 1 };      /* no output, input, pull-up, Schmitt trigger */
enum { isEmpty = 1 << 4, bits8 = 3 << 5, fifos = 1 << 4, receives = 1 << 9, enabled = 1, received = 1 << 4, waited = 1 << 6, allInterrupts = 0x7ff };
enum { overrun = 1 << 11, damaged = 7 << 8, usualBaud = 115200, leastBaud = 300, mostBaud = 1000000 };

static const source_setup *setup;
static frame_reader reader;
static uint32_t uart, interruptBit;

/* Pins 4k + 1 receive: those of UART 0 and 1 alternate by twos, from the second one on. */
static const char *uart_start(const source_setup *asked)
{
    const uint32_t pin = asked->pin, number = (pin / 4 + 1) / 2 % 2, baud = asked->baud > 0 ? asked->baud : usualBaud;
    if (pin >= chipPins || pin % 4 != 1 || link_has_pin(pin) || (number == 0 && link_has_pin(1))) return "pin";
    if (baud < leastBaud || baud > mostBaud) return "baud";
    setup = asked;
    const char *const refused = frames_begin(&reader, setup);
    if (refused) return refused;
    value_ring_start(setup);
    uart = UART(number);
    interruptBit = 1u << (chipUartInterrupt + number);
    const uint32_t reset = (uint32_t) resetUart0 << number, divisor = (uint32_t) (((uint64_t) BOARD_CLOCK_HZ * 4 + baud / 2) / baud);
    SET(RESETS_RESET) = reset;
    CLEAR(RESETS_RESET) = reset;
    while (!(REG(RESETS_DONE) & reset)) {}
    REG(DIVISOR) = divisor >> 6;
    REG(FRACTION) = divisor & 63;
    REG(LINE_CONTROL) = bits8 | fifos;
    PADS_BANK0_PAD(pin) = padOfInput;
    REG(GPIO_CTRL(pin)) = functionUart;
    REG(CLEAR_INTERRUPTS) = allInterrupts;
    REG(INTERRUPTS) = received | waited;
    REG(CONTROL) = receives | enabled;
    NVIC_ENABLE = interruptBit;
    return NULL;
}

void uart_handler(void)
{
    while (!(REG(FLAGS) & isEmpty))
    {
        const uint32_t data = REG(DATA);
        const frame_result result = frames_take(&reader, (uint8_t) data);
        if (result == frameComplete) for (uint32_t i = 0; i < setup->channels; i++) value_ring_put(frame_value(setup, reader.bytes, i));
        if (result == frameWrong || (data & (overrun | damaged)))
        {
            value_ring_skip(setup->channels);
            frames_lose(&reader);
        }
    }
    REG(CLEAR_INTERRUPTS) = received | waited;
}

static void uart_stop(void)
{
    NVIC_DISABLE = interruptBit;
    REG(INTERRUPTS) = 0;
    REG(CONTROL) = 0;
}

const source rp2040_uart = {
    .name = "uart", .start = uart_start, .available = value_ring_available, .take = value_ring_take, .lost = value_ring_lost,
    .ended = source_never_ends, .stop = uart_stop,
};
