/* The C files shared with the boards: of the firmware, and the accelerators. */
#include "custom_sections.c"
#include "read_weights.c"
