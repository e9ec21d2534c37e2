#include "reals.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/wasmote.h"

typedef struct real_case
{
    uint32_t dtype, elementBytes;
    float scale;
    int32_t zeroPoint;
    uint32_t halvesToEven, count;
} real_case;

static void print(const void *bytes, uint32_t length, char end)
{
    for (uint32_t i = 0; i < length; i++) printf("%02x", ((const uint8_t *) bytes)[i]);
    putchar(end);
}

int convert_reals(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return 2;
    real_case of;
    while (fread(&of, sizeof of, 1, file) == 1)
    {
        float *values = malloc(of.count * sizeof *values);
        if (fread(values, sizeof *values, of.count, file) != of.count) return 2;
        const uint32_t bytes = of.count * of.elementBytes;
        const wasmote_tensor tensor = {
            .data = malloc(bytes), .bytes = bytes, .dtype = (wasmote_dtype) of.dtype, .scale = of.scale,
            .zeroPoint = of.zeroPoint, .halvesToEven = of.halvesToEven,
        };
        if (wasmote_write_reals(&tensor, values, of.count)) return 1;
        print(tensor.data, bytes, ' ');
        if (wasmote_read_reals(&tensor, values, of.count)) return 1;
        print(values, of.count * sizeof *values, '\n');
        free(tensor.data);
        free(values);
    }
    fclose(file);
    return 0;
}
