/* What a chip of the source "imu" does its own way, and what its driver is given. */
#ifndef WASMOTE_IMU_CHIP_H
#define WASMOTE_IMU_CHIP_H

#include <stdbool.h>
#include <stdint.h>

enum { imuAddresses = 2, imuNames = 2, imuRanges = 4, imuAxes = 3, imuNoRange = 0xff };

/* What is asked of a chip, in its registers' codes. */
typedef struct imu_request
{
    uint32_t millihertz, channels;
    uint8_t range, rotationRange;
} imu_request;

typedef struct imu_chip
{
    const char *name;                       /* as applications name it */
    uint8_t addresses[imuAddresses];        /* where it may be on the bus: the first that answers with its name is it */
    uint8_t nameRegister, names[imuNames];
    uint8_t ranges[imuRanges];              /* codes of 2, 4, 8 and 16 g */
    uint8_t rotationRanges[imuRanges];      /* codes of 250, 500, 1000 and 2000 degrees a second, or imuNoRange */
    bool highByteFirst, rotationsFirst;     /* in what `read` gives */

    /* Whether it has that rate. */
    bool (*takes)(const imu_request *request);

    /* Has it take samples, from now on. */
    bool (*begin)(const imu_request *request);

    /* How many moments wait in it. `full` where some were lost. */
    bool (*count)(const imu_request *request, uint32_t *moments, bool *full);

    /* Fetches the oldest moments, all channels of each. */
    bool (*read)(const imu_request *request, uint8_t *bytes, uint32_t moments);

    /* Forgets what waits in it, and goes on. */
    bool (*empty)(const imu_request *request);

    /* Has it sleep. */
    void (*stop)(void);
} imu_chip;

extern const imu_chip mpu6050, lsm6ds3, lsm9ds1;

/* A register and what is written to it. */
typedef struct imu_write
{
    uint8_t number, value;
} imu_write;

/* A rate, and its code. */
typedef struct imu_rate
{
    uint32_t millihertz;
    uint8_t code;
} imu_rate;

bool imu_write_registers(const imu_write *writes, uint32_t count);

bool imu_read_registers(uint8_t first, uint8_t *bytes, uint32_t length);

/* The code of a rate, or 0 where the list does not have it. */
uint8_t imu_code_of(const imu_rate *rates, uint32_t count, uint32_t millihertz);

#define IMU_COUNT(list) (sizeof(list) / sizeof(list)[0])
#define IMU_WRITE(...) imu_write_registers((const imu_write[]) { __VA_ARGS__ }, IMU_COUNT(((const imu_write[]) { __VA_ARGS__ })))

#endif
