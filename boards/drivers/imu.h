/*
 * The source "imu": a chip on I2C that measures accelerations (3 channels), or these and behind them rates of rotation (6 channels), 16
 * bits each, and keeps them by itself until they are fetched.
 */
#ifndef WASMOTE_IMU_H
#define WASMOTE_IMU_H

#include "source.h"

extern const source imu_source;

#endif
