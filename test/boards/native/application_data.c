/*
 * What an application gives of its samples and events, in the firmware on this machine, under sanitizers. Each test begins with an
 * erased board.
 *
 * Arguments: files of applications of hops of 16 samples and the events "loud" and "very loud", from a mean size of 1000 and of 8000
 * on, which share what there is to share. One takes its samples, of int16, from the source "simulated"; one does with float32; one plays
 * a recording of 8 hops of sizes 0, 1, 2, ... 7. One shares nothing. Prints "ok TESTS", or what is wrong, with exit code 1.
 */
#include "ask.h"
#include "formats/custom_sections.h"

enum { hop = 16, hopBytes = 2 * hop, hertz = 1000, millisecond = BOARD_CLOCK_HZ / 1000 };

static bytes withSource, withFloats, recorded, silent;

static cbor_reader status(void)
{
    begin(0);
    return send(opRead, groupInference, 12);
}

static bool is_text(cbor_reader map, const char *key, const char *expected)
{
    cbor_reader at;
    const uint8_t *text;
    uint32_t length;
    return cbor_find(map, key, &at) && cbor_read_string(&at, cborText, &text, &length) && length == strlen(expected)
        && memcmp(text, expected, length) == 0;
}

static bool is_in_state(const char *expected)
{
    return is_text(status(), "state", expected);
}

static bool flag_of(cbor_reader map, const char *key)
{
    cbor_reader at;
    bool value;
    CHECK(cbor_find(map, key, &at) && cbor_read_bool(&at, &value));
    return value;
}

/* ------------------------------------------------------------------------------------------------ a simulated sensor */

/* Its samples are their own numbers. */
static uint32_t came, taken, lost;
static bool isStarted;
static const char *refused;

static const char *sensor_start(const source_setup *setup)
{
    CHECK(setup->channels == 1);
    isStarted = !refused;
    came = taken = lost = 0;
    return refused;
}
static uint32_t sensor_available(uint32_t run)
{
    CHECK(isStarted && run == hop);
    return came - taken;
}
static void sensor_take(void *to, uint32_t count)
{
    CHECK(count <= came - taken);
    for (uint32_t i = 0; i < count; i++, taken++)
    {
        const int16_t value = (int16_t) (taken + lost);
        memcpy((uint8_t *) to + i * sizeof value, &value, sizeof value);
    }
}
static uint32_t sensor_lost(void) { return lost; }
static bool sensor_ended(void) { return false; }
static void sensor_stop(void) { isStarted = false; }
static const source sensor = {
    .name = "simulated", .start = sensor_start, .available = sensor_available, .take = sensor_take, .lost = sensor_lost,
    .ended = sensor_ended, .stop = sensor_stop,
};

/* --------------------------------------------------------------------------------------------------------- capturing */

static cbor_reader capture(bool on)
{
    begin(1);
    cbor_text(&ask, "start");
    cbor_bool(&ask, on);
    return send(opWrite, groupInference, 16);
}

static cbor_reader captured(uint32_t from)
{
    begin(1);
    cbor_pair(&ask, "from", from);
    return send(opRead, groupInference, 16);
}

/* Whether the answer holds `count` samples of these numbers from `first` on. */
static bool is_part(cbor_reader answer, uint32_t first, uint32_t count)
{
    cbor_reader at;
    const uint8_t *data;
    uint32_t length;
    CHECK(cbor_find(answer, "data", &at) && cbor_read_string(&at, cborBytes, &data, &length));
    if (length != 2 * count || (count > 0 && number_of(answer, "from") != first)) return false;
    for (uint32_t i = 0; i < count; i++)
    {
        int16_t value;
        memcpy(&value, data + 2 * i, sizeof value);
        if (value != (int16_t) (first + i)) return false;
    }
    return true;
}

/* Samples go over the link, at most a hop at once, with the numbers of those that were lost; what was asked for last comes again. */
static void check_capture(bytes application)
{
    simulatedSource = &sensor;
    install(application);
    CHECK(is_in_state("running"));
    came += hop;
    CHECK(application_step() && number_of(status(), "runs") == 1);

    CHECK(is_text(capture(true), "state", "capturing") && number_of(status(), "runs") == 0);
    CHECK(is_part(captured(0), 0, 0));
    came = 5;
    CHECK(is_part(captured(0), 0, 5) && is_part(captured(0), 0, 5));
    CHECK(is_part(captured(5), 5, 0));
    came += hop + 3;
    CHECK(!application_step() && is_part(captured(5), 5, hop) && is_part(captured(5), 5, hop));
    CHECK(is_part(captured(5 + hop), 5 + hop, 3));
    lost = 100;
    came += 4;
    CHECK(is_part(captured(8 + hop), 108 + hop, 4) && is_part(captured(8 + hop), 108 + hop, 4));
    CHECK(!flag_of(captured(112 + hop), "ended") && application_wait() <= millisecond);

    CHECK(is_text(capture(true), "state", "capturing"));
    came = 1;
    CHECK(is_part(captured(0), 0, 1));
    CHECK(is_text(capture(false), "state", "running") && error_of(captured(0)) == modelBadRequest);
    came += hop;
    CHECK(application_step() && number_of(status(), "runs") == 1);
}

static void test_capture(void)
{
    check_capture(withSource);
}

/* The model's floats are not what goes over the link. */
static void test_capture_of_floats(void)
{
    check_capture(withFloats);
}

/* A host that is gone is waited for a while; one that writes to the model ends it. */
static void test_end_of_capture(void)
{
    static const uint8_t zeros[8] = { 0 };
    simulatedSource = &sensor;
    install(withSource);
    CHECK(is_text(capture(true), "state", "capturing"));
    portCount += 4 * (uint64_t) BOARD_CLOCK_HZ;
    application_step();
    CHECK(is_in_state("capturing") && is_part(captured(0), 0, 0));
    portCount += 4 * (uint64_t) BOARD_CLOCK_HZ;
    application_step();
    CHECK(is_in_state("capturing"));
    portCount += 2 * (uint64_t) BOARD_CLOCK_HZ;
    application_step();
    CHECK(is_in_state("running") && isStarted);

    CHECK(is_text(capture(true), "state", "capturing"));
    begin(3);
    cbor_pair(&ask, "i", 0);
    cbor_pair(&ask, "off", 0);
    put_bytes("data", zeros, sizeof zeros);
    CHECK(error_of(send(opWrite, groupInference, 2)) == modelOk);
    CHECK(is_in_state("paused") && !isStarted && error_of(captured(0)) == modelBadRequest);
    CHECK(is_text(capture(true), "state", "capturing") && isStarted);
    install(silent);
    CHECK(!isStarted && error_of(captured(0)) == modelBadRequest);
}

static void test_capture_of_a_recording(void)
{
    install(recorded);
    CHECK(is_text(capture(true), "state", "capturing"));
    portCount += 20 * millisecond;
    CHECK(number_of(captured(0), "from") == 0 && !flag_of(captured(0), "ended"));
    portCount += 200 * millisecond;
    uint32_t next = 0;
    cbor_reader answer;
    do
    {
        answer = captured(next);
        cbor_reader at;
        const uint8_t *data;
        uint32_t length;
        CHECK(cbor_find(answer, "data", &at) && cbor_read_string(&at, cborBytes, &data, &length) && length > 0 && length <= hopBytes);
        next = number_of(answer, "from") + length / 2;
    } while (!flag_of(answer, "ended"));
    CHECK(next == 8 * hop);
}

/* What is not shared stays; what is not there is told; what is no request is refused. */
static void test_refused_capture(void)
{
    CHECK(error_of(capture(true)) == modelNoModel && error_of(captured(0)) == modelNoModel);
    install(silent);
    CHECK(error_of(capture(true)) == modelLocked && error_of(captured(0)) == modelBadRequest);
    install(withSource);
    cbor_reader told = capture(true);
    CHECK(is_text(told, "state", "link") && error_of(captured(0)) == modelBadRequest);
    simulatedSource = &sensor;
    refused = "pin";
    CHECK(is_text(capture(true), "refused", "pin") && is_in_state("link"));
    begin(0);
    CHECK(error_of(send(opWrite, groupInference, 16)) == modelBadRequest);
    refused = NULL;
    CHECK(is_text(capture(true), "state", "capturing"));
    begin(0);
    CHECK(error_of(send(opRead, groupInference, 16)) == modelBadRequest);
}

int main(int count, char **arguments)
{
    static const struct
    {
        const char *name;
        void (*run)(void);
    } tests[] = {
        { "capture", test_capture },
        { "capture of floats", test_capture_of_floats },
        { "end of a capture", test_end_of_capture },
        { "capture of a recording", test_capture_of_a_recording },
        { "refused capture", test_refused_capture },
    };
    if (count != 5 || !flash_map()) return 2;
    bytes *const files[] = { &withSource, &withFloats, &recorded, &silent };
    for (uint32_t i = 0; i < 4; i++) *files[i] = read_file(arguments[1 + i]);
    const uint32_t number = sizeof tests / sizeof *tests;
    for (uint32_t i = 0; i < number; i++)
    {
        testName = tests[i].name;
        memset(flash, 0xff, flashBytes);
        simulatedSource = NULL;
        refused = NULL;
        application_end_pause();
        start();
        sentLength = 0;
        tests[i].run();
    }
    for (uint32_t i = 0; i < 4; i++) free(files[i]->at);
    printf("ok %u\n", number);
    return 0;
}
