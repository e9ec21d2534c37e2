/*
 * The source "spi": a chip that is selected at each moment of the rate, is sent the bytes of a command, and answers with 16 bits of each
 * channel. An alarm of the timer says when; the handler waits for the bytes. Moments at which interrupts were off are missing.
 * Sources: RP2040 data sheet, 2.3.2 (interrupts), 2.19.2 (functions of pins), 4.4 (SPI; 4.4.3.4 clock, 4.4.4 registers), 4.6 (timer).
 */
#include "spi.h"

#include <stddef.h>

#include "../../../drivers/frames.h"
#include "../../../drivers/value_ring.h"
#include "../../pins.h"
#include "../interrupts.h"
#include "../link.h"
#include "../registers.h"

#define SPI(number) (0x4003c000 + 0x4000 * (number))
#define CONTROL (spi + 0x00)
#define ENABLE (spi + 0x04)
#define DATA (spi + 0x08)
#define STATUS (spi + 0x0c)
#define PRESCALE (spi + 0x10)

enum { functionSpi = 1, resetOfFirst = 1 << 16, secondAlarm = 1 << 1, timerInterrupt = 1 << 1 };
enum { padOfInput = 1 << 7 | 1 << 6 | 1 << 3 | 1 << 1 };            /* no output, input, pull-up, Schmitt trigger */
enum { bits8 = 7, polarityAt = 6, phaseAt = 7, dividerAt = 8, enabled = 1 << 1, received = 1 << 2, busy = 1 << 4 };
enum { deepest = 8, usualHertz = 1000000, leastHertz = 100000, mostHertz = 20000000 };
enum { mostRate = 20000, mostBitsShare = 2, framesInSecond = 1000 };        /* frames take half of the time, and a millisecond each, at most */

static const source_setup *setup;
static uint32_t spi;                            /* the address of its registers */
static uint32_t due;                            /* the next moment, in the timer's microseconds */
static uint32_t micros, rest, carried;          /* of a period; and its part of a microsecond, in parts of `millihertz` */
static uint8_t values[2 * sourceMostFrameChannels];

/* Pins 4k receive, 4k + 2 are the clock, 4k + 3 send; eight of them after the others are of one SPI. */
static bool are_pins(const source_setup *asked)
{
    const uint32_t in = asked->pin, clock = asked->clock, out = asked->mosi, select = asked->select;
    if (in >= chipPins || clock >= chipPins || select >= chipPins || in % 4 != 0 || clock % 4 != 2) return false;
    if (select == in || select == clock || select == out || in / 8 % 2 != clock / 8 % 2) return false;
    if (link_has_pin(in) || link_has_pin(clock) || link_has_pin(select)) return false;
    if (out == sourceUnset) return asked->frame.syncLength == 0 && asked->firstLength == 0;
    return out < chipPins && out % 4 == 3 && out / 8 % 2 == in / 8 % 2 && !link_has_pin(out);
}

/* A pin of an output, which a source of before may have had as an input. */
static void send_by(uint32_t pin)
{
    REG(GPIO_CTRL(pin)) = functionSpi;
    chip_connect_pad(pin);
}

/* Sends bytes and then zeros, and takes what comes after those bytes. */
static void exchange(const uint8_t *sent, uint32_t sentLength, uint8_t *taken, uint32_t takenLength)
{
    const uint32_t length = sentLength + takenLength;
    REG(SIO_OUT_CLEAR) = 1u << setup->select;
    for (uint32_t out = 0, in = 0; in < length;)
    {
        if (out < length && out - in < deepest)
        {
            REG(DATA) = out < sentLength ? sent[out] : 0;
            out++;
        }
        if (!(REG(STATUS) & received)) continue;
        const uint8_t byte = (uint8_t) REG(DATA);
        if (in >= sentLength) taken[in - sentLength] = byte;
        in++;
    }
    while (REG(STATUS) & busy) {}           /* the last bit's clock goes on for a while */
    REG(SIO_OUT_SET) = 1u << setup->select;
}

/* What is sent once; false where a message is longer than what is there. */
static bool send_first(void)
{
    for (uint32_t at = 0; at < setup->firstLength;)
    {
        const uint32_t length = setup->first[at++];
        if (length > setup->firstLength - at) return false;
        exchange(setup->first + at, length, NULL, 0);
        at += length;
    }
    return true;
}

/* The fastest clock that is no faster than asked for: an even prescaler to 254, and a divider to 256. */
static void set_clock(uint32_t hertz)
{
    const uint32_t cycles = (BOARD_CLOCK_HZ + hertz - 1) / hertz, prescale = (cycles + 511) / 512 * 2;
    const uint32_t divider = (cycles + prescale - 1) / prescale;
    const uint32_t polarity = setup->mode >> 1 & 1, phase = setup->mode & 1;
    REG(PRESCALE) = prescale;
    REG(CONTROL) = (divider - 1) << dividerAt | phase << phaseAt | polarity << polarityAt | bits8;
}

static void next_moment(void)
{
    due += micros;
    carried += rest;
    if (carried < setup->millihertz) return;
    carried -= setup->millihertz;
    due++;
}

static bool is_over(uint32_t moment)
{
    return (int32_t) (REG(TIMER_RAWL) - moment) >= 0;
}

static const char *spi_start(const source_setup *asked)
{
    const uint32_t hertz = asked->baud > 0 ? asked->baud : usualHertz;
    const uint32_t bits = 8 * (asked->frame.syncLength + 2 * asked->channels);
    setup = asked;
    if (!are_pins(asked)) return "pin";
    if (hertz < leastHertz || hertz > mostHertz || bits * framesInSecond > hertz) return "clock";
    if (asked->mode > 3) return "mode";
    if (asked->millihertz > mostRate * 1000u || (uint64_t) bits * mostBitsShare * asked->millihertz > (uint64_t) hertz * 1000) return "rate";

    const uint32_t number = asked->pin / 8 % 2, reset = (uint32_t) resetOfFirst << number;
    spi = SPI(number);
    SET(RESETS_RESET) = reset;
    CLEAR(RESETS_RESET) = reset;
    while (!(REG(RESETS_DONE) & reset)) {}
    set_clock(hertz);
    REG(ENABLE) = enabled;
    port_pin_set(asked->select, true);
    PADS_BANK0_PAD(asked->pin) = padOfInput;
    REG(GPIO_CTRL(asked->pin)) = functionSpi;
    send_by(asked->clock);
    if (asked->mosi != sourceUnset) send_by(asked->mosi);
    if (!send_first()) return "setup";

    value_ring_start(asked);
    micros = 1000000000 / asked->millihertz;
    rest = 1000000000 % asked->millihertz;
    carried = 0;
    due = REG(TIMER_RAWL);
    next_moment();
    SET(TIMER_ENABLED) = secondAlarm;
    second_timer_handler();
    NVIC_ENABLE = timerInterrupt;
    return NULL;
}

/* Takes the moment that was due; those before it that were due as well are missing. */
static void take_moment(void)
{
    for (next_moment(); is_over(due); next_moment()) value_ring_skip(setup->channels);
    exchange(setup->frame.sync, setup->frame.syncLength, values, 2 * setup->channels);
    for (uint32_t i = 0; i < setup->channels; i++) value_ring_put(frame_value(setup, values, i));
}

/* An alarm for a moment that is over by then would come after an hour. */
void second_timer_handler(void)
{
    REG(TIMER_RAISED) = secondAlarm;
    do
    {
        while (is_over(due)) take_moment();
        REG(TIMER_ALARM(1)) = due;
    } while (is_over(due));
}

static void spi_stop(void)
{
    NVIC_DISABLE = timerInterrupt;
    CLEAR(TIMER_ENABLED) = secondAlarm;
    REG(TIMER_ARMED) = secondAlarm;
    REG(TIMER_RAISED) = secondAlarm;
    REG(ENABLE) = 0;
}

const source rp2040_spi = {
    .name = "spi", .start = spi_start, .available = value_ring_available, .take = value_ring_take, .lost = value_ring_lost,
    .ended = source_never_ends, .stop = spi_stop,
};
