#include "sample.h"

static inline int console_init(void) { return 0; }
static inline int console_getchar(void)
{
    const int byte = sample_next();
    if (byte < 0) sample_end();
    return byte;
}
