/* What the imports with windows share: the parameters that they have in common, read and checked. */
#ifndef WASMOTE_ACCELERATORS_IMPORTS_WINDOWS_H
#define WASMOTE_ACCELERATORS_IMPORTS_WINDOWS_H

#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../kernels.h"

/* Pixels from the first window's start to the last one's end. */
static inline bool span_fits(int32_t outputs, int32_t stride, int32_t taps, int32_t dilation)
{
    return (uint64_t) (uint32_t) outputs * (uint32_t) stride + (uint64_t) (uint32_t) taps * (uint32_t) dilation <= acceleratorMaxSpan;
}

/* All of a window operation but its weights and its output. */
bool wasmote_read_window(const parameters *from, window_operation *to);

/* Its output, of so many channels. */
bool wasmote_read_output(const parameters *from, window_operation *to, uint64_t channels);

#endif
