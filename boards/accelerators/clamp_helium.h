/* Outputs that have been saturated to int8, and the range that they are to lie in. */
#ifndef WASMOTE_ACCELERATORS_CLAMP_HELIUM_H
#define WASMOTE_ACCELERATORS_CLAMP_HELIUM_H

#include <arm_mve.h>
#include <stdint.h>

static inline void clamp_bytes(int8_t *bytes, int32_t count, int32_t low, int32_t high)
{
    if (low <= -128 && high >= 127) return;
    const int8x16_t least = vdupq_n_s8((int8_t) low), most = vdupq_n_s8((int8_t) high);
    for (; count > 0; count -= 16, bytes += 16)
    {
        const mve_pred16_t there = vctp8q((uint32_t) count);
        vstrbq_p_s8(bytes, vminq_s8(vmaxq_s8(vldrbq_z_s8(bytes, there), least), most), there);
    }
}

#endif
