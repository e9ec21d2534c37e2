/* C files that are shared with the boards; accelerators.c has the others. */
#include "custom_sections.c"
#include "read_weights.c"
