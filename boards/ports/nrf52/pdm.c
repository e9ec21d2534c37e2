/*
 * The source "pdm": the chip's own filter, whose samples EasyDMA puts into the ring. Its clock is the crystal's 32 MHz divided, 64 or 80 times
 * the rate: 16,000 or 20,000 samples a second of 1.28 MHz, 12,500 or 15,625 of 1 MHz.
 * Source: nRF52840 Product Specification, 6.16 (PDM; 6.16.4 EasyDMA: a pointer that is not changed is taken again).
 */
#include "pdm.h"

#include <stddef.h>

#include "../pins.h"
#include "clock_ring.h"
#include "free_pins.h"

#define REG(address) (*(volatile uint32_t *) (uintptr_t) (address))
#define PDM_START REG(0x4001d000)
#define PDM_STOP REG(0x4001d004)
#define PDM_STOPPED REG(0x4001d104)
#define PDM_ENABLE REG(0x4001d500)
#define PDM_CLOCK REG(0x4001d504)
#define PDM_MODE REG(0x4001d508)
#define PDM_GAIN_LEFT REG(0x4001d518)
#define PDM_GAIN_RIGHT REG(0x4001d51c)
#define PDM_RATIO REG(0x4001d520)
#define PDM_PIN_CLOCK REG(0x4001d540)
#define PDM_PIN_DATA REG(0x4001d544)
#define PDM_POINTER REG(0x4001d560)
#define PDM_COUNT REG(0x4001d564)
#define GPIO_CONFIG(pin) REG(0x50000700 + 0x300 * ((pin) / 32) + 4 * ((pin) % 32))

enum { mono = 1, onRisingEdge = 2, gainOfOne = 0x28, gainOfBit = 12, mostShift = 3, lateSamples = 16 };
enum { clock1MHz = 0x08000000, clock1280kHz = 0x0a000000, ratio64 = 0, ratio80 = 1, input = 0 };

static const struct
{
    uint32_t millihertz, clock, ratio;
} rates[] = {
    { 16000000, clock1280kHz, ratio80 }, { 20000000, clock1280kHz, ratio64 }, { 12500000, clock1MHz, ratio80 }, { 15625000, clock1MHz, ratio64 },
};

static const char *pdm_start(const source_setup *setup)
{
    uint32_t rate = 0;
    while (rate < sizeof rates / sizeof rates[0] && rates[rate].millihertz != setup->millihertz) rate++;
    if (rate == sizeof rates / sizeof rates[0]) return "rate";
    if (setup->channels != 1) return "channels";
    if (setup->shift > mostShift) return "gain";
    if (!clock_ring_takes(setup, lateSamples)) return "buffer";
    if (!nrf52_is_free(setup->pin) || !nrf52_is_free(setup->clock) || setup->pin == setup->clock) return "pin";
    port_pin_set(setup->clock, false);
    GPIO_CONFIG(setup->pin) = input;
    PDM_PIN_CLOCK = setup->clock;
    PDM_PIN_DATA = setup->pin;
    PDM_CLOCK = rates[rate].clock;
    PDM_RATIO = rates[rate].ratio;
    PDM_MODE = mono | (setup->right ? onRisingEdge : 0);
    PDM_GAIN_LEFT = PDM_GAIN_RIGHT = gainOfOne + gainOfBit * setup->shift;
    PDM_POINTER = (uint32_t) (uintptr_t) setup->ring;
    PDM_COUNT = setup->ringValues;
    PDM_ENABLE = 1;
    PDM_START = 1;
    clock_ring_start(setup, lateSamples);
    return NULL;
}

static void pdm_take(void *to, uint32_t count)
{
    int16_t *values = to;
    while (count-- > 0) *values++ = (int16_t) clock_ring_next();
}

static void pdm_stop(void)
{
    PDM_STOPPED = 0;
    PDM_STOP = 1;
    clock_ring_wait_for(&PDM_STOPPED);
    PDM_ENABLE = 0;
}

const source nrf52_pdm = {
    .name = "pdm", .start = pdm_start, .available = clock_ring_available, .take = pdm_take, .lost = clock_ring_lost, .ended = source_never_ends,
    .stop = pdm_stop,
};
