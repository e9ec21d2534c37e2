#include "signal.h"

void wasmote_signal_window_s16(const signal_window_operation *of)
{
    const int16_t *input = of->input;
    int16_t *output = of->output;
    for (int32_t row = 0; row < of->rows; row++)
    {
        for (const int16_t *w = of->window, *const end = w + of->length; w < end; w++)
        {
            const int32_t product = (*input++ * *w) >> of->shift;
            *output++ = (int16_t) (product > INT16_MAX ? INT16_MAX : product < INT16_MIN ? INT16_MIN : product);
        }
    }
}
