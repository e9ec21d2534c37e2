/*
 * An MPU-6050, which keeps 1024 bytes: 1000 samples a second, or that divided by up to 256.
 * Source: InvenSense, "MPU-6000 and MPU-6050 Register Map and Descriptions", revision 4.2, 4.2 to 4.31.
 */
#include "imu_chip.h"

enum { divider = 0x19, configuration = 0x1a, gyroscope = 0x1b, accelerometer = 0x1c, fifoEnable = 0x23, userControl = 0x6a, power = 0x6b,
       fifoCount = 0x72, fifo = 0x74, whoAmI = 0x75 };
enum { fifoAccelerations = 0x08, fifoRotations = 0x70, userFifo = 0x40, userFifoReset = 0x04, powerSleeps = 0x40, powerClockOfGyroscope = 1,
       rangeAt = 3 };
enum { mostMillihertz = 1000000, mostDivider = 256, fifoBytes = 1024 };

/* Codes of the low-pass filter from 1 on: the first whose band is at most half of the rate. */
static uint8_t filter_of(uint32_t hertz)
{
    static const uint8_t hertzOfBand[] = { 184, 94, 44, 21, 10 };
    uint8_t code = 1;
    while (code <= sizeof hertzOfBand && hertzOfBand[code - 1] * 2u > hertz) code++;
    return code;
}

static bool takes(const imu_request *request)
{
    const uint32_t parts = request->millihertz <= mostMillihertz ? mostMillihertz / request->millihertz : 0;
    return parts > 0 && parts <= mostDivider && parts * request->millihertz == mostMillihertz;
}

static bool empty(const imu_request *request)
{
    (void) request;
    return IMU_WRITE({ userControl, userFifoReset }, { userControl, userFifo });
}

static bool begin(const imu_request *request)
{
    return IMU_WRITE(
            { power, powerClockOfGyroscope }, { divider, (uint8_t) (mostMillihertz / request->millihertz - 1) },
            { configuration, filter_of(request->millihertz / 1000) }, { gyroscope, (uint8_t) (request->rotationRange << rangeAt) },
            { accelerometer, (uint8_t) (request->range << rangeAt) }, { fifoEnable, 0 }, { userControl, userFifoReset },
            { fifoEnable, request->channels == 2 * imuAxes ? fifoAccelerations | fifoRotations : fifoAccelerations })
        && IMU_WRITE({ userControl, userFifo });
}

/* What a full FIFO holds begins anywhere. */
static bool count(const imu_request *request, uint32_t *moments, bool *full)
{
    uint8_t bytes[2];
    if (!imu_read_registers(fifoCount, bytes, sizeof bytes)) return false;
    const uint32_t bytesOfMoment = 2 * request->channels, length = (uint32_t) bytes[0] << 8 | bytes[1];
    *moments = length / bytesOfMoment;
    *full = length + bytesOfMoment > fifoBytes;
    return true;
}

static bool read(const imu_request *request, uint8_t *bytes, uint32_t moments)
{
    return imu_read_registers(fifo, bytes, 2 * request->channels * moments);
}

static void stop(void)
{
    IMU_WRITE({ userControl, 0 }, { power, powerSleeps });
}

const imu_chip mpu6050 = {
    .name = "mpu6050", .addresses = { 0x68, 0x69 }, .nameRegister = whoAmI, .names = { 0x68, 0x68 }, .ranges = { 0, 1, 2, 3 },
    .rotationRanges = { 0, 1, 2, 3 }, .highByteFirst = true, .takes = takes, .begin = begin, .count = count, .read = read, .empty = empty,
    .stop = stop,
};
