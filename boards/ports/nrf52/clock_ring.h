/*
 * A ring that a peripheral fills by EasyDMA, again and again from its start, at a rate that comes from the processor's own crystal: how far it
 * is follows from the time. For sources of samples.
 */
#ifndef WASMOTE_NRF52_CLOCK_RING_H
#define WASMOTE_NRF52_CLOCK_RING_H

#include "../../drivers/source.h"

/* Most values that one transfer has. */
enum { clockRingMost = 0x7fff };

/* Whether that ring is one transfer, and has room for a run besides what may be overwritten. */
bool clock_ring_takes(const source_setup *setup, uint32_t late);

/* The peripheral has been started now. Values that come later than `late` samples are not waited for. */
void clock_ring_start(const source_setup *setup, uint32_t late);

/* As of a source. */
uint32_t clock_ring_available(uint32_t run);
uint32_t clock_ring_lost(void);

/* Waits until a peripheral that was told to stop has done so, as its event says: until then it may write to the ring. */
void clock_ring_wait_for(volatile uint32_t *stopped);

/* The next value, which is there. */
uint16_t clock_ring_next(void);

#endif
