/*
 * An LSM6DS3, or an LSM6DS3TR-C, LSM6DSL or LSM6DSM, which keep 8 or 4 KB: rates of the table.
 * Sources: ST, LSM6DS3 data sheet (DocID026899), 9.3 to 9.45, and LSM6DS3TR-C data sheet (DocID030071), 10; AN4650, 7 (FIFO: rotations
 * come before accelerations, and its two registers follow each other in a long read).
 */
#include "imu_chip.h"

enum { fifoControl1 = 0x06, fifoControl2 = 0x07, fifoControl3 = 0x08, fifoControl4 = 0x09, fifoControl5 = 0x0a, whoAmI = 0x0f,
       accelerometer = 0x10, gyroscope = 0x11, control3 = 0x12, fifoStatus1 = 0x3a, fifoData = 0x3e };
enum { rateAt = 4, rangeAt = 2, control3Addresses = 1 << 2, control3Whole = 1 << 6, undividedAccelerations = 1, undividedRotations = 1 << 3,
       fifoRateAt = 3, fifoContinuous = 6, statusFull = 3 << 5, countBits = 0x0f };

static const imu_rate rates[] = {
    { 12500, 1 }, { 26000, 2 }, { 52000, 3 }, { 104000, 4 }, { 208000, 5 }, { 416000, 6 }, { 833000, 7 }, { 1666000, 8 },
};

static uint8_t code_of(const imu_request *request)
{
    return imu_code_of(rates, IMU_COUNT(rates), request->millihertz);
}

static bool takes(const imu_request *request)
{
    return code_of(request) != 0;
}

/* The mode in which it keeps nothing forgets all. */
static bool empty(const imu_request *request)
{
    return IMU_WRITE({ fifoControl5, 0 }, { fifoControl5, (uint8_t) (code_of(request) << fifoRateAt | fifoContinuous) });
}

static bool begin(const imu_request *request)
{
    const bool rotates = request->channels == 2 * imuAxes;
    const uint8_t rate = (uint8_t) (code_of(request) << rateAt);
    return IMU_WRITE(
            { control3, control3Addresses | control3Whole }, { fifoControl5, 0 }, { fifoControl1, 0 }, { fifoControl2, 0 },
            { fifoControl3, rotates ? undividedRotations | undividedAccelerations : undividedAccelerations }, { fifoControl4, 0 },
            { accelerometer, (uint8_t) (rate | request->range << rangeAt) },
            { gyroscope, rotates ? (uint8_t) (rate | request->rotationRange << rangeAt) : 0 })
        && empty(request);
}

static bool count(const imu_request *request, uint32_t *moments, bool *full)
{
    uint8_t bytes[2];
    if (!imu_read_registers(fifoStatus1, bytes, sizeof bytes)) return false;
    *moments = (bytes[0] | (uint32_t) (bytes[1] & countBits) << 8) / request->channels;
    *full = (bytes[1] & statusFull) != 0;
    return true;
}

static bool read(const imu_request *request, uint8_t *bytes, uint32_t moments)
{
    return imu_read_registers(fifoData, bytes, 2 * request->channels * moments);
}

static void stop(void)
{
    IMU_WRITE({ fifoControl5, 0 }, { accelerometer, 0 }, { gyroscope, 0 });
}

const imu_chip lsm6ds3 = {
    .name = "lsm6ds3", .addresses = { 0x6a, 0x6b }, .nameRegister = whoAmI, .names = { 0x69, 0x6a }, .ranges = { 0, 2, 3, 1 },
    .rotationRanges = { 0, 1, 2, 3 }, .rotationsFirst = true, .takes = takes, .begin = begin, .count = count, .read = read,
    .empty = empty, .stop = stop,
};
