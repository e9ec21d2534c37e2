/*
 * Accelerators: what the optional imports `wasmote.accel_*` of a model file do, native micro-kernels in place of its own.
 * Each takes the offset in the weights section of a block of int32 parameters. Every range that a block names is checked
 * against linear memory and the weights section at every call.
 *
 * docs/decisions/0004-accelerators.md holds the interface.
 */
#ifndef WASMOTE_ACCELERATORS_H
#define WASMOTE_ACCELERATORS_H

#include <stdbool.h>
#include <stdint.h>

#include "../abi/abi.h"
#include "../abi/wasmote_config.h"
#include "parameters.h"

/*
 * All accelerators: their names and bits. A program that needs few of them defines the list itself, so that what the
 * others are made of stays out of it.
 */
#ifndef WASMOTE_ACCELERATORS
#define WASMOTE_ACCELERATORS(EACH)                                                              \
    EACH(accel_conv_s8, acceleratorConv)                                                        \
    EACH(accel_depthwise_s8, acceleratorDepthwise)                                              \
    EACH(accel_fully_connected_s8, acceleratorFullyConnected)                                   \
    EACH(accel_add_s8, acceleratorAdd)                                                          \
    EACH(accel_average_pool_s8, acceleratorAveragePool)                                         \
    EACH(accel_softmax_s8, acceleratorSoftmax)                                                  \
    EACH(accel_product, acceleratorProduct)                                                     \
    EACH(accel_depthwise_product, acceleratorDepthwiseProduct)                                  \
    EACH(accel_stored_conv_s8, acceleratorStoredConv)                                           \
    EACH(accel_stored_fully_connected_s8, acceleratorStoredFullyConnected)                      \
    EACH(accel_average_pool_s16, acceleratorAveragePoolInt16)                               \
    EACH(accel_signal, acceleratorSignal)                                                       \
    EACH(accel_max_pool_s8, acceleratorMaxPool)                                                 \
    EACH(accel_lookup_table, acceleratorLookupTable)                                            \
    EACH(accel_mul_s8, acceleratorMul)                                                          \
    EACH(accel_mul_broadcast_s8, acceleratorMulBroadcast)                                       \
    EACH(accel_mean_s8, acceleratorMean)
#endif

/*
 * One accelerator: reads the block at an offset of the weights section and does what it says. `from` holds the model's
 * weights and memory. False, with nothing done, where the block names what is not there, or makes no sense.
 */
#define WASMOTE_DECLARE_ACCELERATOR(NAME, BIT) bool wasmote_##NAME(parameters *from, uint32_t offset);
WASMOTE_ACCELERATORS(WASMOTE_DECLARE_ACCELERATOR)

#endif
