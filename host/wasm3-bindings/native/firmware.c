/* The C files shared with the boards' firmware. */
#include "custom_sections.c"
#include "read_weights.c"
