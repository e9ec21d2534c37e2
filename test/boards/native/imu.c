/*
 * The source "imu" with a bus that is made here: a device of registers, with a FIFO of bytes. Each chip's values come in the application's
 * order, what is full or does not answer is told, and the ring holds what runs leave. Prints "ok TESTS", or what is wrong, with exit code
 * 1.
 */
#include <stddef.h>
#include <string.h>

#define CHECK_DURING "chip %s", during
static const char *during = "none";
#include "check.h"
#include "drivers/i2c.h"
#include "drivers/imu.h"

enum { ringValues = 48, run = 12, most = 8192 };

/* What a chip is like on the bus. */
typedef struct bus_chip
{
    const char *name;
    uint8_t address, nameRegister, chipName, fifo[2], fifoRegisters[2], full[2];    /* FIFO: first registers, and how many; full: register, bits */
    uint32_t millihertz, bytesInCount;
    bool highByteFirst, rotationsFirst;
} bus_chip;

static const bus_chip chips[] = {
    { "mpu6050", 0x68, 0x75, 0x68, { 0x74, 0 }, { 1, 0 }, { 0, 0 }, 250000, 1, true, false },
    { "lsm6ds3", 0x6b, 0x0f, 0x6a, { 0x3e, 0 }, { 2, 0 }, { 0x3b, 0x40 }, 104000, 2, false, true },
    { "lsm9ds1", 0x6a, 0x0f, 0x68, { 0x18, 0x28 }, { 6, 6 }, { 0x2f, 0x40 }, 119000, 12, false, true },
};

static const bus_chip *chip;
static uint8_t registers[256], waiting[most];
static uint32_t waits, pointer, openedSda;
static bool answers, isFull;
static uint64_t count;

static uint64_t counter(void) { return count += 100; }

bool port_i2c_open(uint32_t sda, uint32_t scl)
{
    openedSda = sda;
    return scl == sda + 1;
}

static void forget(void)
{
    waits = 0;
    isFull = false;
}

static uint8_t read_one(void)
{
    const uint32_t at = pointer;
    for (uint32_t i = 0; i < 2; i++)
    {
        if (at < chip->fifo[i] || at >= chip->fifo[i] + chip->fifoRegisters[i] || chip->fifoRegisters[i] == 0) continue;
        pointer = chip->fifoRegisters[i] == 6 ? at + 1 : chip->fifo[i] + (at - chip->fifo[i] + 1) % chip->fifoRegisters[i];
        CHECK(waits > 0);
        const uint8_t oldest = waiting[0];
        memmove(waiting, waiting + 1, --waits);
        return oldest;
    }
    pointer++;
    if (at == chip->nameRegister) return chip->chipName;
    const uint32_t units = waits / chip->bytesInCount;
    if (chip == &chips[0] && (at == 0x72 || at == 0x73)) return (uint8_t) (at == 0x72 ? units >> 8 : units);
    if (chip == &chips[1] && (at == 0x3a || at == 0x3b)) return (uint8_t) (at == 0x3a ? units : (units >> 8 & 15) | (isFull ? 0x40 : 0));
    if (chip == &chips[2] && at == 0x2f) return (uint8_t) (units | (isFull ? 0x40 : 0));
    return registers[at];
}

bool port_i2c_exchange(uint32_t address, const uint8_t *sent, uint32_t sentLength, uint8_t *received, uint32_t receivedLength)
{
    if (!answers || address != chip->address) return false;
    pointer = sent[0];
    for (uint32_t i = 1; i < sentLength; i++)
    {
        registers[pointer] = sent[i];
        if ((chip == &chips[0] && pointer == 0x6a && sent[i] & 4) || (chip == &chips[1] && pointer == 0x0a && sent[i] == 0)
            || (chip == &chips[2] && pointer == 0x2e && sent[i] == 0)) forget();
        pointer++;
    }
    for (uint32_t i = 0; i < receivedLength; i++) received[i] = read_one();
    return true;
}

/* A moment of 6 channels: accelerations 1000 * i + 1 to 3, rotations the same from 101 on. */
static void put_moment(uint32_t i)
{
    for (uint32_t k = 0; k < 6; k++)
    {
        const uint32_t channel = chip->rotationsFirst ? (k + 3) % 6 : k, value = 1000 * i + (channel < 3 ? 1 + channel : 98 + channel);
        waiting[waits++] = (uint8_t) (chip->highByteFirst ? value >> 8 : value);
        waiting[waits++] = (uint8_t) (chip->highByteFirst ? value : value >> 8);
    }
}

static uint16_t ring[ringValues];
static source_setup setup;

static void prepare(const bus_chip *which)
{
    chip = which;
    during = chip->name;
    answers = true;
    forget();
    memset(registers, 0, sizeof registers);
    setup = (source_setup) {
        .millihertz = chip->millihertz, .channels = 6, .pin = sourceUnset, .address = sourceUnset, .sda = 4, .scl = 5,
        .chip = (const uint8_t *) chip->name, .chipLength = (uint32_t) strlen(chip->name), .range = sourceUnset,
        .rotationRange = sourceUnset, .ring = ring, .ringValues = ringValues, .counter = counter, .counterHz = 1000,
    };
}

static bool refuses(const char *what)
{
    const char *const refused = imu_source.start(&setup);
    return refused && strcmp(refused, what) == 0;
}

static void test_order(void)
{
    int16_t values[run];
    CHECK(imu_source.start(&setup) == NULL);
    CHECK(imu_source.available(run) == 0);
    for (uint32_t i = 0; i < 3; i++) put_moment(i);
    CHECK(imu_source.available(run) == 18);
    imu_source.take(values, run);
    for (uint32_t i = 0; i < run; i++)
        CHECK(values[i] == (int16_t) (1000 * (i / 6) + (i % 6 < 3 ? 1 + i % 6 : 98 + i % 6)));
    CHECK(imu_source.lost() == 0 && !imu_source.ended());
    /* More than the ring has room for stays in the chip, and comes later, in order. */
    for (uint32_t i = 3; i < 12; i++) put_moment(i);
    for (uint32_t i = 2; i < 12; i += 2)
    {
        CHECK(imu_source.available(run) >= run);
        imu_source.take(values, run);
        CHECK(values[0] == (int16_t) (1000 * i + 1) && values[9] == (int16_t) (1000 * (i + 1) + 101 - 0));
    }
    CHECK(imu_source.available(run) == 0 && imu_source.lost() == 0);
}

static void test_overrun(void)
{
    int16_t values[run];
    CHECK(imu_source.start(&setup) == NULL);
    if (chip == &chips[0]) for (uint32_t i = 0; i < 85; i++) put_moment(i);
    else for (uint32_t i = 0; i < 4; i++) put_moment(i);
    isFull = true;
    CHECK(imu_source.available(run) == 0);
    const uint32_t lost = imu_source.lost();
    CHECK(lost == (chip == &chips[0] ? 516 : 24) && waits == 0);
    for (uint32_t i = 0; i < 2; i++) put_moment(i);
    CHECK(imu_source.available(run) == run);
    imu_source.take(values, run);
    CHECK(values[0] == 1 && values[6] == 1001 && imu_source.lost() == lost);
}

/* Looks are 100 ms or more apart. */
static void test_unplugged(void)
{
    int16_t values[run];
    CHECK(imu_source.start(&setup) == NULL);
    put_moment(0);
    CHECK(imu_source.available(run) == 6);
    const uint64_t before = count;
    answers = false;
    for (uint32_t i = 0; i < 10; i++) CHECK(imu_source.available(run) == 6);
    CHECK(imu_source.lost() == 0);
    for (uint32_t i = 0; i < 50; i++) CHECK(imu_source.available(run) == 6);
    const uint64_t due = (count - before) * chip->millihertz / 1000000 * 6;
    CHECK(imu_source.lost() <= due && imu_source.lost() + run > due - 6 && imu_source.lost() % run == 0);
    /* It comes back as after power-up, and is told anew what it is to do. */
    const uint32_t lost = imu_source.lost();
    uint8_t asked[sizeof registers];
    memcpy(asked, registers, sizeof registers);
    memset(registers, 0, sizeof registers);
    answers = true;
    CHECK(imu_source.available(run) == 0 && memcmp(asked, registers, sizeof registers) == 0);
    CHECK(imu_source.lost() == lost + run);
    for (uint32_t i = 0; i < 2; i++) put_moment(i);
    CHECK(imu_source.available(run) == run);
    imu_source.take(values, run);
    CHECK(values[0] == 1 && values[6] == 1001 && imu_source.lost() == lost + run);
}

static void test_refusals(void)
{
    setup.millihertz = 333000;
    CHECK(refuses("rate"));
    setup.millihertz = chip->millihertz;
    setup.channels = 4;
    CHECK(refuses("channels"));
    setup.channels = 6;
    setup.range = 5;
    CHECK(refuses("range"));
    setup.range = 16;
    setup.rotationRange = 1000;
    CHECK(chip == &chips[2] ? refuses("range") : imu_source.start(&setup) == NULL);
    setup.rotationRange = 2000;
    setup.scl = 9;
    CHECK(refuses("pin"));
    setup.scl = 5;
    setup.chipLength--;
    CHECK(refuses("chip"));
    setup.chipLength++;
    answers = false;
    CHECK(refuses("address"));
    answers = true;
    setup.address = chip->address ^ 1;
    CHECK(refuses("address"));
    bus_chip other = *chip;
    const bus_chip *const before = chip;
    other.chipName = 0x33;
    chip = &other;
    setup.address = sourceUnset;
    CHECK(refuses("chip"));
    chip = before;
    CHECK(imu_source.start(&setup) == NULL && openedSda == 4);
    imu_source.stop();
}

int main(void)
{
    uint32_t tests = 0;
    for (uint32_t i = 0; i < sizeof chips / sizeof chips[0]; i++)
    {
        static void (*const all[])(void) = { test_order, test_overrun, test_unplugged, test_refusals };
        for (uint32_t k = 0; k < sizeof all / sizeof all[0]; k++, tests++)
        {
            prepare(&chips[i]);
            all[k]();
        }
    }
    printf("ok %u\n", (unsigned) tests);
    return 0;
}
