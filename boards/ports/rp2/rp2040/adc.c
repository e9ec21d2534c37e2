/*
 * The source "adc": the RP2040's converter at a rate of its own, 12 bits as 16 around the middle of the range. Its FIFO is emptied into
 * a ring by DMA.
 *
 * How far the ring was written is known to the value by where the channel writes; how often it went round, by the counter, which
 * runs from the same crystal.
 *
 * Sources: RP2040 data sheet, 4.9 (ADC), 2.5.3.1 (DREQ_ADC).
 */
#include "adc.h"

#include <stddef.h>

#include "../../port.h"
#include "../clocks.h"
#include "../registers.h"
#include "dma_ring.h"

#define ADC_CS (ADC + 0x00)
#define ADC_FCS (ADC + 0x08)
#define ADC_FIFO (ADC + 0x0c)
#define ADC_DIV (ADC + 0x10)

enum { csEnable = 1 << 0, csMany = 1 << 3, csReady = 1 << 8, csInputAt = 12, csRoundAt = 16 };
enum { fcsEnable = 1 << 0, fcsRequests = 1 << 3, fcsEmpty = 1 << 8, fcsUnder = 1 << 10, fcsOver = 1 << 11, fcsThresholdAt = 24 };
enum { requestAdc = 36 };
enum { firstPin = 26, pins = 4, padOutputDisabled = 1 << 7 };
enum { adcHz = 48000000, leastCycles = 96, mostDivider = 0xffffff, middle = 2048 };

/* Values next to be overwritten, which are not waited for. */
enum { guardValues = 8 };

static const source_setup *setup;
static uint64_t written, taken;         /* values since the start */
static uint64_t skipped;
static uint64_t lookedAt;               /* when `written` was found out */
static uint32_t position, readAt;       /* in the ring: what was written then, and what is taken next */

static const char *adc_start(const source_setup *asked)
{
    setup = asked;
    const uint32_t pin = setup->pin == sourceUnset ? firstPin : setup->pin;
    if (pin < firstPin || pin + setup->channels > firstPin + pins) return "pin";
    const uint64_t cycles256 = (uint64_t) adcHz * 1000 * 256 / ((uint64_t) setup->millihertz * setup->channels);
    if (cycles256 < leastCycles * 256 || cycles256 - 256 > mostDivider) return "rate";
    if (setup->ringValues < setup->runValues + guardValues) return "buffer";

    clocks_start_48mhz();
    REG(CLK_ADC_CTRL) = 1 << 11 | 0 << 5;                   /* PLL_USB */
    CLEAR(RESETS_RESET) = resetAdc;
    while (!(REG(RESETS_DONE) & resetAdc)) {}
    for (uint32_t i = 0; i < setup->channels; i++) PADS_BANK0_PAD(pin + i) = padOutputDisabled;
    REG(ADC_CS) = csEnable;
    while (!(REG(ADC_CS) & csReady)) {}
    REG(ADC_DIV) = (uint32_t) (cycles256 - 256);
    REG(ADC_FCS) = fcsEnable | fcsRequests | fcsUnder | fcsOver | 1u << fcsThresholdAt;
    while (!(REG(ADC_FCS) & fcsEmpty)) (void) REG(ADC_FIFO);

    dma_ring_start(ADC_FIFO, requestAdc, setup->ring, setup->ringValues, dmaHalfword);

    written = taken = skipped = 0;
    position = readAt = 0;
    lookedAt = port_counter();
    const uint32_t inputs = ((1u << setup->channels) - 1) << (pin - firstPin);
    REG(ADC_CS) = csEnable | csMany | (pin - firstPin) << csInputAt | (setup->channels > 1 ? inputs << csRoundAt : 0);
    return NULL;
}

/* Finds out how many values have been written. Since the last time, the ring went round as often as comes nearest to the time. */
static void look(void)
{
    const uint32_t ring = setup->ringValues;
    const uint64_t now = port_counter();
    const uint32_t at = dma_ring_position(), ahead = (at + ring - position) % ring;
    const uint64_t expected = source_samples(now - lookedAt, BOARD_CLOCK_HZ, setup->millihertz) * setup->channels;
    const uint64_t rounds = expected + ring / 2 < ahead ? 0 : (expected + ring / 2 - ahead) / ring;
    written += ahead + rounds * ring;
    position = at;
    lookedAt = now;
}

static uint32_t adc_available(uint32_t run)
{
    look();
    const uint64_t there = written - taken, most = setup->ringValues - guardValues;
    if (there > most)
    {
        const uint64_t lost = (there - most + run - 1) / run * run;
        taken += lost;
        skipped += lost;
        readAt = (uint32_t) ((readAt + lost) % setup->ringValues);
    }
    return written > taken ? (uint32_t) (written - taken) : 0;
}

static void adc_take(void *to, uint32_t count)
{
    int16_t *values = to;
    taken += count;
    while (count-- > 0)
    {
        *values++ = (int16_t) ((setup->ring[readAt] - middle) * 16);
        if (++readAt == setup->ringValues) readAt = 0;
    }
}

static uint32_t adc_lost(void)
{
    return (uint32_t) skipped;
}

static void adc_stop(void)
{
    REG(ADC_CS) = csEnable;
    dma_ring_stop();
    REG(ADC_CS) = 0;
    REG(ADC_FCS) = 0;
}

const source rp2040_adc = {
    .name = "adc", .start = adc_start, .available = adc_available, .take = adc_take, .lost = adc_lost, .ended = source_never_ends,
    .stop = adc_stop,
};
