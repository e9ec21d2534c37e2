/*
 * The sensor takes its samples by itself and keeps up to 1024 bytes of them, which are fetched into the ring every few milliseconds: what
 * comes while a run goes on waits there.
 * Source: InvenSense, "MPU-6000 and MPU-6050 Register Map and Descriptions", revision 4.2, 4.2 to 4.31.
 */
#include "mpu6050.h"

#include <stddef.h>
#include <string.h>

#include "i2c.h"

enum { divider = 0x19, configuration = 0x1a, gyroscope = 0x1b, accelerometer = 0x1c, fifoEnable = 0x23, userControl = 0x6a, power = 0x6b,
       fifoCount = 0x72, fifo = 0x74, whoAmI = 0x75 };
enum { fifoAccelerations = 0x08, fifoRotations = 0x70, userFifo = 0x40, userFifoReset = 0x04, powerSleeps = 0x40, powerClockOfGyroscope = 1 };
enum { ownAddress = 0x68, ownName = 0x68 };
enum { mostMillihertz = 1000000, mostDivider = 256, fifoBytes = 1024, looksInSecond = 200, pieceBytes = 48 };

static source_setup setup;
static uint32_t address;
static uint64_t lookedAt;
static uint32_t head, there;            /* of the ring: where the oldest value is, and how many there are */
static uint32_t skipped;

static bool write_register(uint8_t number, uint8_t value)
{
    const uint8_t bytes[2] = { number, value };
    return port_i2c_exchange(address, bytes, sizeof bytes, NULL, 0);
}

static bool read_registers(uint8_t number, uint8_t *bytes, uint32_t length)
{
    return port_i2c_exchange(address, &number, 1, bytes, length);
}

/* Codes of the low-pass filter from 1 on: the first whose band is at most half of the rate. */
static uint8_t filter_of(uint32_t hertz)
{
    static const uint8_t hertzOfBand[] = { 184, 94, 44, 21, 10 };
    uint8_t code = 1;
    while (code <= sizeof hertzOfBand && hertzOfBand[code - 1] * 2u > hertz) code++;
    return code;
}

static bool is_chip(const char *name)
{
    return !setup.chip || (setup.chipLength == strlen(name) && memcmp(setup.chip, name, setup.chipLength) == 0);
}

static bool empty_fifo(void)
{
    return write_register(userControl, userFifoReset) && write_register(userControl, userFifo);
}

static const char *imu_start(const source_setup *asked)
{
    uint8_t name;
    setup = *asked;
    address = setup.address == sourceUnset ? ownAddress : setup.address;
    const uint32_t parts = setup.millihertz <= mostMillihertz ? mostMillihertz / setup.millihertz : 0;
    if (!is_chip("mpu-6050")) return "chip";
    if (setup.channels != 3 && setup.channels != 6) return "channels";
    if (parts == 0 || parts > mostDivider || parts * setup.millihertz != mostMillihertz) return "rate";
    if (!port_i2c_open(setup.sda, setup.scl)) return "pin";
    if (!read_registers(whoAmI, &name, 1)) return "address";
    if (name != ownName) return "chip";

    head = there = skipped = 0;
    const bool good = write_register(power, powerClockOfGyroscope) && write_register(divider, (uint8_t) (parts - 1))
        && write_register(configuration, filter_of(setup.millihertz / 1000)) && write_register(gyroscope, 0)
        && write_register(accelerometer, 0) && write_register(fifoEnable, 0)
        && write_register(userControl, userFifoReset)
        && write_register(fifoEnable, setup.channels == 6 ? fifoAccelerations | fifoRotations : fifoAccelerations)
        && write_register(userControl, userFifo);
    lookedAt = setup.counter();
    return good ? NULL : "address";
}

/* What a full FIFO holds begins anywhere: all of it is lost, and what was there of the hop. */
static void lose(uint32_t values, uint32_t run)
{
    skipped += (values + there + run - 1) / run * run;
    there = 0;
    empty_fifo();
}

/* Fetches so many values, for which there is room. */
static bool fetch(uint32_t values)
{
    uint8_t bytes[pieceBytes];
    while (values > 0)
    {
        const uint32_t count = values < pieceBytes / 2 ? values : pieceBytes / 2;
        if (!read_registers(fifo, bytes, 2 * count)) return false;
        for (uint32_t i = 0; i < count; i++)
            setup.ring[(head + there + i) % setup.ringValues] = (uint16_t) (bytes[2 * i] << 8 | bytes[2 * i + 1]);
        there += count;
        values -= count;
    }
    return true;
}

static uint32_t imu_available(uint32_t run)
{
    uint8_t bytes[2];
    const uint64_t now = setup.counter();
    if (there >= run || (setup.counterHz > 0 && now - lookedAt < setup.counterHz / looksInSecond)) return there;
    lookedAt = now;
    if (!read_registers(fifoCount, bytes, sizeof bytes)) return there;
    const uint32_t bytesOfMoment = 2 * setup.channels, count = (uint32_t) bytes[0] << 8 | bytes[1];
    if (count + bytesOfMoment > fifoBytes)
    {
        lose(count / 2, run);
        return there;
    }
    const uint32_t values = count / bytesOfMoment * setup.channels, room = setup.ringValues - there;
    if (!fetch(values < room ? values : room / setup.channels * setup.channels)) lose(0, run);
    return there;
}

static void imu_take(void *to, uint32_t count)
{
    uint16_t *values = to;
    there -= count;
    while (count-- > 0)
    {
        *values++ = setup.ring[head];
        if (++head == setup.ringValues) head = 0;
    }
}

static uint32_t imu_lost(void)
{
    return skipped;
}

static bool imu_ended(void)
{
    return false;
}

static void imu_stop(void)
{
    write_register(userControl, 0);
    write_register(power, powerSleeps);
}

const source mpu6050_source = {
    .name = "imu", .start = imu_start, .available = imu_available, .take = imu_take, .lost = imu_lost, .ended = imu_ended,
    .stop = imu_stop,
};
