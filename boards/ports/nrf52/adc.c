/*
 * The source "adc": timer 1 has the converter take samples of all channels, by PPI, which EasyDMA puts into the ring; its end starts it anew,
 * by PPI as well. 12 bits from 0 to the supply voltage, as 16 around the middle. Pins P0.02 to P0.05 and P0.28 to P0.31, which follow each other
 * in that order; rates by which 16 MHz can be divided.
 * Sources: nRF52840 Product Specification, 6.23 (SAADC), 6.17 (PPI), 6.30 (timer).
 */
#include "adc.h"

#include <stddef.h>

#include "clock_ring.h"
#include "free_pins.h"

#define REG(address) (*(volatile uint32_t *) (uintptr_t) (address))
#define SAADC 0x40007000
#define SAADC_START (SAADC + 0x000)
#define SAADC_SAMPLE (SAADC + 0x004)
#define SAADC_STOP REG(SAADC + 0x008)
#define SAADC_END (SAADC + 0x104)
#define SAADC_STOPPED REG(SAADC + 0x114)
#define SAADC_ENABLE REG(SAADC + 0x500)
#define SAADC_INPUT(channel) REG(SAADC + 0x510 + 0x10 * (channel))
#define SAADC_CONFIG(channel) REG(SAADC + 0x518 + 0x10 * (channel))
#define SAADC_RESOLUTION REG(SAADC + 0x5f0)
#define SAADC_POINTER REG(SAADC + 0x62c)
#define SAADC_COUNT REG(SAADC + 0x630)
#define TIMER 0x40009000
#define TIMER_START REG(TIMER + 0x000)
#define TIMER_STOP REG(TIMER + 0x004)
#define TIMER_CLEAR REG(TIMER + 0x00c)
#define TIMER_COMPARED (TIMER + 0x140)
#define TIMER_SHORTS REG(TIMER + 0x200)
#define TIMER_BITMODE REG(TIMER + 0x508)
#define TIMER_PRESCALER REG(TIMER + 0x510)
#define TIMER_COMPARE REG(TIMER + 0x540)
#define PPI_ENABLE REG(0x4001f504)
#define GPIO_CONFIG(pin) REG(0x50000700 + 4 * (pin))
#define PPI_DISABLE REG(0x4001f508)
#define PPI_EVENT(channel) REG(0x4001f510 + 8 * (channel))
#define PPI_TASK(channel) REG(0x4001f514 + 8 * (channel))

enum { inputs = 8, bits12 = 2, middle = 2048, gainQuarter = 2 << 8, referenceQuarterOfSupply = 1 << 12, acquire10 = 2 << 16, disconnected = 1 << 1 };
enum { timerHz = 16000000, bits32 = 3, clearsWhenCompared = 1, microsOfSample = 13, lateSamples = 4 };
enum { sampleChannel = 0, restartChannel = 1, bothChannels = 1 << sampleChannel | 1 << restartChannel };

static const uint8_t pins[inputs] = { 2, 3, 4, 5, 28, 29, 30, 31 };

/* Which of the inputs a pin is, or `inputs`. */
static uint32_t input_of(uint32_t pin)
{
    uint32_t input = 0;
    while (input < inputs && pins[input] != pin) input++;
    return input;
}

static const char *adc_start(const source_setup *setup)
{
    const uint32_t first = setup->pin == sourceUnset ? 0 : input_of(setup->pin), channels = setup->channels;
    const uint64_t ticks = (uint64_t) timerHz * 1000 / setup->millihertz;
    if (first + channels > inputs) return "pin";
    for (uint32_t i = first; i < first + channels; i++) if (!nrf52_is_free(pins[i])) return "pin";
    if (ticks * setup->millihertz != (uint64_t) timerHz * 1000 || ticks > UINT32_MAX
        || ticks < microsOfSample * (timerHz / 1000000) * channels) return "rate";
    if (!clock_ring_takes(setup, lateSamples)) return "buffer";

    for (uint32_t i = first; i < first + channels; i++) GPIO_CONFIG(pins[i]) = disconnected;
    for (uint32_t i = 0; i < inputs; i++) SAADC_INPUT(i) = i < channels ? first + i + 1 : 0;
    for (uint32_t i = 0; i < channels; i++) SAADC_CONFIG(i) = gainQuarter | referenceQuarterOfSupply | acquire10;
    SAADC_RESOLUTION = bits12;
    SAADC_POINTER = (uint32_t) (uintptr_t) setup->ring;
    SAADC_COUNT = setup->ringValues;
    SAADC_ENABLE = 1;
    TIMER_STOP = 1;
    TIMER_CLEAR = 1;
    TIMER_BITMODE = bits32;
    TIMER_PRESCALER = 0;
    TIMER_COMPARE = (uint32_t) ticks;
    TIMER_SHORTS = clearsWhenCompared;
    PPI_EVENT(sampleChannel) = TIMER_COMPARED;
    PPI_TASK(sampleChannel) = SAADC_SAMPLE;
    PPI_EVENT(restartChannel) = SAADC_END;
    PPI_TASK(restartChannel) = SAADC_START;
    PPI_ENABLE = bothChannels;
    REG(SAADC_START) = 1;
    TIMER_START = 1;
    clock_ring_start(setup, lateSamples);
    return NULL;
}

static void adc_take(void *to, uint32_t count)
{
    int16_t *values = to;
    while (count-- > 0)
    {
        const int32_t value = ((int16_t) clock_ring_next() - middle) * 16;      /* noise may be below zero */
        *values++ = (int16_t) (value < INT16_MIN ? INT16_MIN : value);
    }
}

static void adc_stop(void)
{
    TIMER_STOP = 1;
    PPI_DISABLE = bothChannels;
    SAADC_STOPPED = 0;
    SAADC_STOP = 1;
    clock_ring_wait_for(&SAADC_STOPPED);
    SAADC_ENABLE = 0;
}

const source nrf52_adc = {
    .name = "adc", .start = adc_start, .available = clock_ring_available, .take = adc_take, .lost = clock_ring_lost, .ended = source_never_ends,
    .stop = adc_stop,
};
