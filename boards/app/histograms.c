#include "histograms.h"

#include <stddef.h>
#include <string.h>

typedef struct histogram
{
    const uint8_t *number, *bounds;     /* float32, at any address */
    uint32_t *counts;
    uint32_t boundCount;
} histogram;

static histogram *all;                  /* NULL where there are none */
static uint32_t count;

uint32_t histograms_bytes(const description *of)
{
    const uint32_t counters = of->histogramBounds + of->histograms;
    return (of->histograms * (uint32_t) sizeof(histogram) + counters * (uint32_t) sizeof(uint32_t) + 7) & ~(uint32_t) 7;
}

bool histograms_begin(const description *of, void *memory, const histogram_tensor tensors[histogramTensors])
{
    histograms_end();
    if (of->histograms == 0) return true;
    memset(memory, 0, histograms_bytes(of));
    histogram *const made = memory;
    uint32_t *counts = (uint32_t *) (made + of->histograms);
    for (uint32_t i = 0; i < of->histograms; i++)
    {
        histogram_said said;
        if (!description_histogram(of, i, &said)) return false;
        const histogram_tensor *tensor = &tensors[said.tensor];
        if (!tensor->at || said.element >= tensor->length / sizeof(float)) return false;
        made[i] = (histogram) {
            .number = tensor->at + said.element * sizeof(float), .bounds = said.bounds, .boundCount = said.boundCount, .counts = counts,
        };
        counts += said.boundCount + 1;
    }
    all = made;
    count = of->histograms;
    return true;
}

void histograms_end(void)
{
    all = NULL;
    count = 0;
}

static float float_at(const uint8_t *at)
{
    float value;
    memcpy(&value, at, sizeof value);
    return value;
}

void histograms_count(void)
{
    for (uint32_t i = 0; i < count; i++)
    {
        const float number = float_at(all[i].number);
        uint32_t bin = 0;
        if (number != number) continue;
        while (bin < all[i].boundCount && number >= float_at(all[i].bounds + bin * sizeof(float))) bin++;
        all[i].counts[bin]++;
    }
}

const uint32_t *histograms_of(uint32_t index, uint32_t *bins)
{
    if (index >= count) return NULL;
    *bins = all[index].boundCount + 1;
    return all[index].counts;
}
