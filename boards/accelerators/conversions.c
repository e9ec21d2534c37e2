#include "signal.h"

void wasmote_dequantize_s8(const int8_t *input, float *output, uint32_t elements, float scale, int32_t zeroPoint)
{
    for (uint32_t i = 0; i < elements; i++) output[i] = scale * (float) (input[i] - zeroPoint);
}

void wasmote_dequantize_s16(const int16_t *input, float *output, uint32_t elements, float scale, int32_t zeroPoint)
{
    for (uint32_t i = 0; i < elements; i++) output[i] = scale * (float) (input[i] - zeroPoint);
}

void wasmote_quantize_bytes(const quantize_operation *of)
{
    const float least = (float) (of->low - of->zeroPoint), most = (float) (of->high - of->zeroPoint);
    for (uint32_t i = 0; i < of->elements; i++)
    {
        const float value = of->input[i] / of->scale;
        int32_t rounded = of->low;
        if (value >= most) rounded = of->high;
        else if (value > least)
        {
            const int32_t whole = (int32_t) value;
            const float rest = value - (float) whole;
            rounded = whole + of->zeroPoint + (rest >= 0.5f) - (rest <= -0.5f);
        }
        of->output[i] = (uint8_t) rounded;
    }
}
