/* The accelerators, which the boards offer too. */
#include "imports.c"
#include "parameters.c"

#include "add.c"
#include "average_pool.c"
#include "conv.c"
#include "depthwise.c"
#include "depthwise_3x3.c"
#include "depthwise_rows.c"
#include "fully_connected.c"
#include "gather.c"
#include "multiply_portable.c"
#include "softmax.c"
