/*
 * The source "imu" with an MPU-6050 on I2C: accelerations (3 channels, 2 g at full scale), or with rates of rotation behind them (6
 * channels, 250 degrees a second), 16 bits each. 1000 samples a second, or that divided by up to 256.
 */
#ifndef WASMOTE_MPU6050_H
#define WASMOTE_MPU6050_H

#include "source.h"

extern const source mpu6050_source;

#endif
