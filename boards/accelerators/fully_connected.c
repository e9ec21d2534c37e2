#include "kernels.h"
#include "requantize.h"
#include "target.h"

/* Sums of 4 outputs over `groups` groups of 4 inputs. */
static void add_groups(int32_t sums[4], const int8_t *x, const int8_t *w, uint32_t groups)
{
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    for (; groups > 0; groups--, x += 4, w += tileGroupBytes)
    {
        const int32_t x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
        s0 += x0 * w[0] + x1 * w[1] + x2 * w[2] + x3 * w[3];
        s1 += x0 * w[4] + x1 * w[5] + x2 * w[6] + x3 * w[7];
        s2 += x0 * w[8] + x1 * w[9] + x2 * w[10] + x3 * w[11];
        s3 += x0 * w[12] + x1 * w[13] + x2 * w[14] + x3 * w[15];
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

void wasmote_fully_connected_s8(const fully_connected_operation *of)
{
    const uint32_t whole = (uint32_t) of->inputs >> 2, rest = (uint32_t) of->inputs & 3;
    const uint32_t tileBytes = tileHeaderBytes + (whole + (rest != 0)) * tileGroupBytes;
    const int8_t *input = of->input;
    int8_t *output = of->output;

    for (int32_t row = 0; row < of->rows; row++, input += of->inputs)
    {
        const int8_t *tile = of->weights;
        for (int32_t n = 0; n < of->outputs; n += 4, tile += tileBytes)
        {
            const tile_constants *const constants = (const tile_constants *) tile;
            int32_t sums[4] = { 0, 0, 0, 0 };
            add_groups(sums, input, tile + tileHeaderBytes, whole);
            if (rest)
            {
                int8_t last[4] = { 0, 0, 0, 0 };
                for (uint32_t i = 0; i < rest; i++) last[i] = input[4 * whole + i];
                add_groups(sums, last, tile + tileHeaderBytes + whole * tileGroupBytes, 1);
            }
            for (int lane = 0; lane < 4 && n + lane < of->outputs; lane++)
            {
                const int32_t sum = (int32_t) ((uint32_t) sums[lane] + (uint32_t) constants->bias[lane]);
                *output++ = finish_any(sum, constants, lane, of->outputZeroPoint, of->low, of->high);
            }
        }
    }
}
