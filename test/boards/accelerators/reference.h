/* The operations of boards/accelerators/kernels.h by their definitions, one output after the other. */
#ifndef ACCELERATORS_REFERENCE_H
#define ACCELERATORS_REFERENCE_H

#include "kernels.h"
#include "product.h"

void reference_conv_s8(const window_operation *of);
void reference_depthwise_s8(const window_operation *of);
void reference_fully_connected_s8(const fully_connected_operation *of);
void reference_add_s8(const add_operation *of);
bool reference_average_pool_s8(const pool_operation *of);
bool reference_max_pool_s8(const pool_operation *of);
void reference_mul_s8(const mul_operation *of);
void reference_mean_s8(const mean_operation *of);
void reference_softmax_s8(const softmax_operation *of);

/* Of float32 where isFloat, else of integers. */
void reference_product(const product_operation *of, bool isFloat);
void reference_depthwise_product(const product_operation *of, bool isFloat);

#endif
