#include "sample.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "sample_bytes.h"

int sample_next(void)
{
    static uint32_t at;
    return at < sizeof sample_bytes ? sample_bytes[at++] : -1;
}

void sample_end(void)
{
    printf("END\n");
    fflush(stdout);
    exit(0);
}
