/*
 * How often levels of events and other numbers of a model were between which bounds, in RAM: each run counts one. What is no number,
 * since there is none in that run, is not counted.
 */
#ifndef WASMOTE_HISTOGRAMS_H
#define WASMOTE_HISTOGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "description.h"

/* Bytes of RAM that the histograms of an application take, a multiple of 8; 0 where there are none. */
uint32_t histograms_bytes(const description *of);

/* A tensor of float32 that numbers are of. */
typedef struct histogram_tensor
{
    const uint8_t *at;
    uint32_t length;
} histogram_tensor;

/*
 * Begins with memory of so many bytes, aligned to 8, and nothing counted. `tensors` are the levels of events and what is observed besides.
 * False where a histogram is of none of their elements.
 */
bool histograms_begin(const description *of, void *memory, const histogram_tensor tensors[histogramTensors]);

/* The memory becomes another's. */
void histograms_end(void);

/* Counts the numbers of a run that was made. */
void histograms_count(void);

/* Counts of histogram `index`, one more than it has bounds: below the first, from each on. NULL where there is none. */
const uint32_t *histograms_of(uint32_t index, uint32_t *bins);

#endif
