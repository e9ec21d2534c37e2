/* Two channels of the RP2040's DMA, which fill a ring again and again with what a peripheral gives, without an interrupt. */
#ifndef WASMOTE_RP2040_DMA_RING_H
#define WASMOTE_RP2040_DMA_RING_H

#include <stdint.h>

typedef enum dma_item
{
    dmaHalfword = 1, dmaWord = 2,
} dma_item;

/* Takes DMA out of reset, and has it wait for the peripheral's request to copy from that address. */
void dma_ring_start(uint32_t from, uint32_t request, void *ring, uint32_t items, dma_item item);

/* Where in the ring the next item goes. */
uint32_t dma_ring_position(void);

void dma_ring_stop(void);

#endif
