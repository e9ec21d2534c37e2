#include <stdint.h>
#include <stdio.h>

#include "sample.h"

enum { pdPASS = 1, tskIDLE_PRIORITY = 0 };

/* Standard input does not wait: every other time nothing has come yet. */
static inline int console_byte(void)
{
    static int come;
    if (!(come = !come)) return EOF;
    const int byte = sample_next();
    if (byte < 0) sample_end();
    return byte;
}
#undef getchar
#define getchar console_byte
