/*
 * One channel writes the ring; another one, to which that chains, sends it back to the ring's start. Runs, a flash that is being written
 * and packets of the line do not disturb it.
 * Source: RP2040 data sheet, 2.5 (DMA; 2.5.2.1 aliases and triggers, 2.5.5.3 aborts).
 */
#include "dma_ring.h"

#include "../registers.h"

#define DMA_READ(channel) (DMA + 0x40 * (channel) + 0x00)
#define DMA_WRITE(channel) (DMA + 0x40 * (channel) + 0x04)
#define DMA_COUNT(channel) (DMA + 0x40 * (channel) + 0x08)
#define DMA_CTRL_TRIGGER(channel) (DMA + 0x40 * (channel) + 0x0c)
#define DMA_CTRL(channel) (DMA + 0x40 * (channel) + 0x10)
#define DMA_WRITE_TRIGGER(channel) (DMA + 0x40 * (channel) + 0x2c)
#define DMA_ABORT (DMA + 0x444)

enum { dmaEnable = 1 << 0, dmaItemAt = 2, dmaWritesOn = 1 << 5, dmaChainAt = 11, dmaRequestAt = 15, dmaQuiet = 1 << 21, dmaBusy = 1 << 24 };
enum { requestAlways = 63, samplesChannel = 0, returnChannel = 1 };

static uint32_t ringStart;              /* the address that the second channel writes */
static uint32_t ringItems;

void dma_ring_start(uint32_t from, uint32_t request, void *ring, uint32_t items, dma_item item)
{
    CLEAR(RESETS_RESET) = resetDma;
    while (!(REG(RESETS_DONE) & resetDma)) {}
    ringStart = (uint32_t) (uintptr_t) ring;
    ringItems = items;
    REG(DMA_READ(returnChannel)) = (uint32_t) (uintptr_t) &ringStart;
    REG(DMA_WRITE(returnChannel)) = DMA_WRITE_TRIGGER(samplesChannel);
    REG(DMA_COUNT(returnChannel)) = 1;
    REG(DMA_CTRL(returnChannel)) =
        dmaEnable | dmaWord << dmaItemAt | returnChannel << dmaChainAt | requestAlways << dmaRequestAt | dmaQuiet;
    REG(DMA_READ(samplesChannel)) = from;
    REG(DMA_WRITE(samplesChannel)) = ringStart;
    REG(DMA_COUNT(samplesChannel)) = items;
    REG(DMA_CTRL_TRIGGER(samplesChannel)) =
        dmaEnable | (uint32_t) item << dmaItemAt | dmaWritesOn | returnChannel << dmaChainAt | request << dmaRequestAt | dmaQuiet;
}

uint32_t dma_ring_position(void)
{
    const uint32_t left = REG(DMA_COUNT(samplesChannel));
    return left > 0 && left <= ringItems ? ringItems - left : 0;
}

void dma_ring_stop(void)
{
    REG(DMA_CTRL(returnChannel)) = 0;
    REG(DMA_CTRL(samplesChannel)) = 0;
    REG(DMA_ABORT) = 1 << samplesChannel | 1 << returnChannel;
    while ((REG(DMA_CTRL(samplesChannel)) | REG(DMA_CTRL(returnChannel))) & dmaBusy) {}
}
