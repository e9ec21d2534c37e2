/* What waits in the chip is fetched into the ring every few milliseconds: what comes while a run goes on waits there. */
#include "imu.h"

#include <stddef.h>
#include <string.h>

#include "i2c.h"
#include "imu_chip.h"

enum { looksInSecond = 200, pieceBytes = 48, manyFailures = looksInSecond / 10 };

static const imu_chip *const chips[] = { &mpu6050, &lsm6ds3, &lsm9ds1 };

static const source_setup *setup;
static const imu_chip *chip;
static imu_request request;
static uint32_t address;
static uint64_t lookedAt;
static uint32_t head, there;            /* of the ring: where the oldest value is, and how many there are */
static uint32_t skipped;
static uint64_t answeredAt;             /* since when it has not answered, where looks have failed, and what is lost since then */
static uint32_t failures, missed;

bool imu_write_registers(const imu_write *writes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
    {
        const uint8_t bytes[2] = { writes[i].number, writes[i].value };
        if (!port_i2c_exchange(address, bytes, sizeof bytes, NULL, 0)) return false;
    }
    return true;
}

bool imu_read_registers(uint8_t first, uint8_t *bytes, uint32_t length)
{
    return port_i2c_exchange(address, &first, 1, bytes, length);
}

uint8_t imu_code_of(const imu_rate *rates, uint32_t count, uint32_t millihertz)
{
    for (uint32_t i = 0; i < count; i++) if (rates[i].millihertz == millihertz) return rates[i].code;
    return 0;
}

static const imu_chip *find_chip(void)
{
    for (uint32_t i = 0; setup->chip && i < IMU_COUNT(chips); i++)
        if (setup->chipLength == strlen(chips[i]->name) && memcmp(setup->chip, chips[i]->name, setup->chipLength) == 0) return chips[i];
    return NULL;
}

/* The code of a range, which is `least` or that doubled up to three times. */
static uint8_t range_code(const uint8_t codes[imuRanges], uint32_t range, uint32_t least)
{
    if (range == sourceUnset) return codes[0];
    for (uint32_t i = 0; i < imuRanges; i++) if (range == least << i) return codes[i];
    return imuNoRange;
}

static bool answers_with_its_name(bool *answers)
{
    uint8_t name;
    if (!imu_read_registers(chip->nameRegister, &name, 1)) return false;
    *answers = true;
    for (uint32_t i = 0; i < imuNames; i++) if (name == chip->names[i]) return true;
    return false;
}

/* NULL, or "chip" where others answer, "address" where none does. */
static const char *find_address(void)
{
    bool answers = false;
    for (uint32_t i = 0; i < imuAddresses; i++)
    {
        address = setup->address == sourceUnset ? chip->addresses[i] : setup->address;
        if (answers_with_its_name(&answers)) return NULL;
        if (setup->address != sourceUnset) break;
    }
    return answers ? "chip" : "address";
}

static const char *imu_start(const source_setup *asked)
{
    setup = asked;
    chip = find_chip();
    if (!chip) return "chip";
    if (setup->channels != imuAxes && setup->channels != 2 * imuAxes) return "channels";
    request = (imu_request) {
        .millihertz = setup->millihertz, .channels = setup->channels, .range = range_code(chip->ranges, setup->range, 2),
        .rotationRange = range_code(chip->rotationRanges, setup->rotationRange, 250),
    };
    if (request.range == imuNoRange || request.rotationRange == imuNoRange) return "range";
    if (!chip->takes(&request)) return "rate";
    if (!port_i2c_open(setup->sda, setup->scl)) return "pin";
    const char *const refused = find_address();
    if (refused) return refused;
    head = there = skipped = failures = missed = 0;
    const bool good = chip->begin(&request);
    lookedAt = answeredAt = setup->counter();
    return good ? NULL : "address";
}

/* All that waits is lost, and what was there of the hop. */
static void lose(uint32_t values, uint32_t run)
{
    skipped += (values + there + run - 1) / run * run;
    there = 0;
    chip->empty(&request);
}

/* A chip that has been away for long: what it should have brought by now is lost, in whole runs. */
static void miss(uint32_t run)
{
    if (failures < manyFailures) failures++;
    if (failures < manyFailures || setup->counterHz == 0) return;
    const uint64_t values = source_samples(lookedAt - answeredAt, setup->counterHz, setup->millihertz) * setup->channels;
    const uint32_t whole = (uint32_t) (values / run * run);
    skipped += whole - missed;
    missed = whole;
}

/* How many moments wait in it. One that comes back after long may have been without power, and knows nothing of what was asked. */
static bool look(uint32_t run, uint32_t *moments, bool *full)
{
    bool good = chip->count(&request, moments, full);
    if (good && failures == manyFailures)
    {
        good = chip->begin(&request);
        if (good) lose(0, run);
        *moments = 0;
        *full = false;
    }
    if (!good)
    {
        miss(run);
        return false;
    }
    answeredAt = lookedAt;
    failures = missed = 0;
    return true;
}

static void put(const uint8_t *bytes, uint32_t values)
{
    for (uint32_t i = 0; i < values; i++, bytes += 2)
    {
        const uint32_t channel = i % setup->channels, moment = i - channel;
        const uint32_t to = chip->rotationsFirst && setup->channels > imuAxes ? (channel + imuAxes) % setup->channels : channel;
        setup->ring[(head + there + moment + to) % setup->ringValues] =
            (uint16_t) (chip->highByteFirst ? bytes[0] << 8 | bytes[1] : bytes[1] << 8 | bytes[0]);
    }
    there += values;
}

/* Fetches so many moments, for which there is room. */
static bool fetch(uint32_t moments)
{
    uint8_t bytes[pieceBytes];
    const uint32_t most = pieceBytes / 2 / setup->channels;
    while (moments > 0)
    {
        const uint32_t count = moments < most ? moments : most;
        if (!chip->read(&request, bytes, count)) return false;
        put(bytes, count * setup->channels);
        moments -= count;
    }
    return true;
}

static uint32_t imu_available(uint32_t run)
{
    uint32_t moments;
    bool full;
    const uint64_t now = setup->counter();
    if (there >= run || (setup->counterHz > 0 && now - lookedAt < setup->counterHz / looksInSecond)) return there;
    lookedAt = now;
    if (!look(run, &moments, &full)) return there;
    const uint32_t room = (setup->ringValues - there) / setup->channels;
    if (full || !fetch(moments < room ? moments : room)) lose(full ? moments * setup->channels : 0, run);
    return there;
}

static void imu_take(void *to, uint32_t count)
{
    uint16_t *values = to;
    there -= count;
    while (count-- > 0)
    {
        *values++ = setup->ring[head];
        if (++head == setup->ringValues) head = 0;
    }
}

static uint32_t imu_lost(void)
{
    return skipped;
}

static void imu_stop(void)
{
    chip->stop();
}

const source imu_source = {
    .name = "imu", .start = imu_start, .available = imu_available, .take = imu_take, .lost = imu_lost, .ended = source_never_ends,
    .stop = imu_stop,
};
