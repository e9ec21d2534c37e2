/* The portable kernels under other names, beside those that the processor's instructions choose. */
#define WASMOTE_PORTABLE_KERNELS

#define wasmote_conv_s8 reference_conv_s8
#define wasmote_conv_scratch_bytes reference_conv_scratch_bytes
#define wasmote_depthwise_s8 reference_depthwise_s8
#define wasmote_depthwise_3x3 reference_depthwise_3x3
#define wasmote_row_bytes reference_row_bytes
#define wasmote_fill_rows reference_fill_rows
#define wasmote_row_channel reference_row_channel
#define wasmote_row_outputs reference_row_outputs
#define wasmote_fully_connected_s8 reference_fully_connected_s8
#define wasmote_widen reference_widen
#define wasmote_add_wide_groups reference_add_wide_groups
#define wasmote_add_groups reference_add_groups
#define wasmote_gather reference_gather
#define wasmote_gather_plan reference_gather_plan
#define wasmote_multiply_tile reference_multiply_tile
#define wasmote_add_s8 reference_add_s8
#define wasmote_average_pool_s8 reference_average_pool_s8
#define wasmote_softmax_s8 reference_softmax_s8

#include "add.c"
#include "average_pool.c"
#include "conv.c"
#include "depthwise.c"
#include "depthwise_3x3.c"
#include "depthwise_rows.c"
#include "fully_connected.c"
#include "fully_connected_portable.c"
#include "gather.c"
#include "multiply_portable.c"
#include "softmax.c"
