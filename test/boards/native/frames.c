/*
 * Frames in a stream of bytes, and the ring that an interrupt fills: beginnings that overlap, checksums, what is lost in whole runs. Prints
 * "ok TESTS", or what is wrong, with exit code 1.
 */
#include <stddef.h>
#include <string.h>

#define CHECK_DURING "%s", during
static const char *during = "none";
#include "check.h"
#include "drivers/frames.h"
#include "drivers/value_ring.h"

static source_setup setup;
static frame_reader reader;
static uint32_t complete, wrong;
static uint16_t last[2];

static void feed(const char *hexadecimal)
{
    for (unsigned byte; sscanf(hexadecimal, "%2x", &byte) == 1; hexadecimal += 2)
    {
        const frame_result result = frames_take(&reader, (uint8_t) byte);
        complete += result == frameComplete;
        wrong += result == frameWrong;
        for (uint32_t i = 0; result == frameComplete && i < setup.channels; i++) last[i] = frame_value(&setup, reader.bytes, i);
    }
}

static void begin(source_frame frame, uint32_t channels)
{
    setup = (source_setup) { .channels = channels, .frame = frame };
    complete = wrong = 0;
    CHECK(frames_begin(&reader, &setup) == NULL);
}

static void test_frames(void)
{
    begin((source_frame) { .sync = { 0xaa, 0xaa, 0x55 }, .syncLength = 3 }, 2);
    feed("00aa55aaaaaa550102fe00aaaa5503000400");
    CHECK(complete == 2 && last[0] == 3 && last[1] == 4);
    feed("aaaa550102");
    CHECK(complete == 2);
    feed("fe00");
    CHECK(complete == 3 && last[0] == 0x0201 && last[1] == 0x00fe);
    /* What begins a frame may be in one. */
    feed("aaaa55aaaa55aa");
    CHECK(complete == 4 && last[0] == 0xaaaa && last[1] == 0xaa55);
    feed("aaaa5501");
    frames_lose(&reader);
    feed("020304aaaa5505060708");
    CHECK(complete == 5 && last[0] == 0x0605);
}

static void test_checksums(void)
{
    begin((source_frame) { .sync = { 0xa5 }, .syncLength = 1, .checksum = checksumSum, .highByteFirst = true }, 1);
    feed("a5fffefda5fffefca512347fa5ff0101");
    CHECK(complete == 1 && wrong == 3 && last[0] == 0xfffe);
    begin((source_frame) { .sync = { 0xa5, 0x5a }, .syncLength = 2, .checksum = checksumXor }, 2);
    feed("a55a0102040a0da55a0102040a0c");
    CHECK(complete == 1 && wrong == 1 && last[0] == 0x0201 && last[1] == 0x0a04);
    setup.frame.syncLength = 0;
    CHECK(strcmp(frames_begin(&reader, &setup), "sync") == 0);
}

static void test_ring(void)
{
    enum { run = 4, values = 8 };
    static uint16_t ring[values];
    uint16_t taken[run];
    setup = (source_setup) { .channels = 1, .ring = ring, .ringValues = values };
    value_ring_start(&setup);
    CHECK(value_ring_available(run) == 0);
    for (uint16_t i = 0; i < 10; i++) value_ring_put(i);
    CHECK(value_ring_available(run) == values && value_ring_lost() == 0);
    value_ring_take(taken, run);
    CHECK(taken[0] == 0 && taken[3] == 3);
    /* 8 to 11 are lost, with 10 and 11 although there is room by then. */
    for (uint16_t i = 10; i < 14; i++) value_ring_put(i);
    CHECK(value_ring_available(run) == 6 && value_ring_lost() == 0);
    value_ring_take(taken, run);
    /* What is missing lies behind what was there: only now it is next. */
    CHECK(taken[0] == 4 && value_ring_lost() == 0);
    CHECK(value_ring_available(run) == 2 && value_ring_lost() == run);
    value_ring_skip(5);
    /* 14 to 18 are missing, 19 to 21 are not kept; of them one more is missing. */
    value_ring_put(19);
    value_ring_skip(1);
    for (uint16_t i = 21; i < 24; i++) value_ring_put(i);
    CHECK(value_ring_available(run) == run && value_ring_lost() == run && !source_never_ends());
    value_ring_take(taken, run);
    CHECK(value_ring_available(run) == 0 && value_ring_lost() == 3 * run);
    CHECK(taken[0] == 12 && taken[1] == 13 && taken[2] == 22 && taken[3] == 23);
}

/* More gaps than are kept: what comes behind the last of them is lost as well, none is told too early, and none is forgotten. */
static void test_gaps(void)
{
    enum { run = 1, values = 16 };
    static uint16_t ring[values];
    uint16_t taken;
    setup = (source_setup) { .channels = 1, .ring = ring, .ringValues = values };
    value_ring_start(&setup);
    for (uint16_t i = 0; i < 12; i += 2)
    {
        value_ring_put(i);
        value_ring_skip(1);
    }
    for (uint32_t i = 0; i < 4; i++)
    {
        CHECK(value_ring_available(run) == 4 - i && value_ring_lost() == i);
        value_ring_take(&taken, run);
        CHECK(taken == 2 * i && value_ring_lost() == i);
    }
    CHECK(value_ring_available(run) == 0 && value_ring_lost() == 3 + 5);
    value_ring_put(12);
    CHECK(value_ring_available(run) == 1 && value_ring_lost() == 8);
    value_ring_take(&taken, run);
    CHECK(taken == 12);
}

int main(void)
{
    static const struct
    {
        const char *name;
        void (*run)(void);
    } tests[] = { { "frames", test_frames }, { "checksums", test_checksums }, { "ring", test_ring }, { "gaps", test_gaps } };
    for (uint32_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
    {
        during = tests[i].name;
        tests[i].run();
    }
    printf("ok %u\n", (unsigned) (sizeof tests / sizeof tests[0]));
    return 0;
}
