/*
 * The accelerometer and the gyroscope of an LSM9DS1, which keeps 32 moments: rates of the tables. While the gyroscope runs, both run at
 * its rates.
 * Source: ST, LSM9DS1 data sheet (DocID025715), 3.5 (FIFO), 7.8 to 7.33.
 */
#include "imu_chip.h"

enum { whoAmI = 0x0f, gyroscope = 0x10, rotations = 0x18, accelerometer = 0x20, control8 = 0x22, control9 = 0x23, accelerations = 0x28,
       fifoControl = 0x2e, fifoSource = 0x2f };
enum { rateAt = 5, rangeAt = 3, control8Addresses = 1 << 2, control8Whole = 1 << 6, control9Fifo = 1 << 1, fifoContinuous = 6 << 5,
       sourceOverrun = 1 << 6, countBits = 0x3f, bytesOfSensor = 2 * imuAxes };

static const imu_rate rates[] = { { 10000, 1 }, { 50000, 2 }, { 119000, 3 }, { 238000, 4 }, { 476000, 5 }, { 952000, 6 } };
static const imu_rate ratesOfBoth[] = { { 14900, 1 }, { 59500, 2 }, { 119000, 3 }, { 238000, 4 }, { 476000, 5 }, { 952000, 6 } };

static bool rotates(const imu_request *request)
{
    return request->channels == 2 * imuAxes;
}

static uint8_t code_of(const imu_request *request)
{
    return rotates(request) ? imu_code_of(ratesOfBoth, IMU_COUNT(ratesOfBoth), request->millihertz)
        : imu_code_of(rates, IMU_COUNT(rates), request->millihertz);
}

static bool takes(const imu_request *request)
{
    return code_of(request) != 0;
}

/* The mode in which it keeps nothing forgets all. */
static bool empty(const imu_request *request)
{
    (void) request;
    return IMU_WRITE({ fifoControl, 0 }, { fifoControl, fifoContinuous });
}

static bool begin(const imu_request *request)
{
    const uint8_t rate = (uint8_t) (code_of(request) << rateAt);
    return IMU_WRITE(
            { control8, control8Addresses | control8Whole }, { control9, control9Fifo },
            { gyroscope, rotates(request) ? (uint8_t) (rate | request->rotationRange << rangeAt) : 0 },
            { accelerometer, (uint8_t) (rate | request->range << rangeAt) })
        && empty(request);
}

static bool count(const imu_request *request, uint32_t *moments, bool *full)
{
    uint8_t byte;
    (void) request;
    if (!imu_read_registers(fifoSource, &byte, 1)) return false;
    *moments = byte & countBits;
    *full = (byte & sourceOverrun) != 0;
    return true;
}

static bool read(const imu_request *request, uint8_t *bytes, uint32_t moments)
{
    while (moments-- > 0)
    {
        if (rotates(request))
        {
            if (!imu_read_registers(rotations, bytes, bytesOfSensor)) return false;
            bytes += bytesOfSensor;
        }
        if (!imu_read_registers(accelerations, bytes, bytesOfSensor)) return false;
        bytes += bytesOfSensor;
    }
    return true;
}

static void stop(void)
{
    IMU_WRITE({ fifoControl, 0 }, { gyroscope, 0 }, { accelerometer, 0 });
}

const imu_chip lsm9ds1 = {
    .name = "lsm9ds1", .addresses = { 0x6b, 0x6a }, .nameRegister = whoAmI, .names = { 0x68, 0x68 }, .ranges = { 0, 2, 3, 1 },
    .rotationRanges = { 0, 1, imuNoRange, 3 }, .rotationsFirst = true, .takes = takes, .begin = begin, .count = count, .read = read,
    .empty = empty, .stop = stop,
};
