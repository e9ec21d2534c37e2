/*
 * Applications in the firmware on this machine, under sanitizers. Each test begins with an erased board.
 *
 * Arguments: files of applications of hops of 16 samples and the events "loud" and "very loud", from a mean size of 1000 and of 8000
 * on. One gets its samples over the link, logs, and has as actions of "loud" pin 3 for 5 ms, pin 4 as long as it lasts, a line, and
 * pin 20, which is not there, and the action "siren" for 5 ms, at pin 9 with 50 Hz and a value of 777; as action of "very loud" that as long as
 * it lasts. One takes its samples, of float32, from the source "simulated". One plays a recording of 8 hops of sizes 0,
 * 2000, 2000, 0, 9000, 0, 0, 0. One traps in its run. Prints "ok TESTS", or what is wrong, with exit code 1.
 */
#include "ask.h"
#include "formats/custom_sections.h"

enum { hop = 16, hopBytes = 2 * hop, hertz = 1000, millisecond = BOARD_CLOCK_HZ / 1000 };

static bytes onLink, withSource, recorded, trapping;

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

/* Entry `index` of the list that the map has under that key. */
static cbor_reader item(cbor_reader map, const char *key, uint32_t index)
{
    cbor_reader at;
    uint32_t count;
    CHECK(cbor_find(map, key, &at) && cbor_read_container(&at, cborArray, &count) && index < count);
    while (index-- > 0) CHECK(cbor_skip(&at));
    return at;
}

static uint32_t length_of(cbor_reader map, const char *key)
{
    cbor_reader at;
    uint32_t count;
    CHECK(cbor_find(map, key, &at) && cbor_read_container(&at, cborArray, &count));
    return count;
}

static uint32_t count_of(uint32_t event)
{
    cbor_reader at = item(status(), "events", event);
    uint32_t value;
    CHECK(cbor_read_u32(&at, &value));
    return value;
}

static cbor_reader feed(uint32_t offset, const void *data, uint32_t length)
{
    begin(2);
    cbor_pair(&ask, "off", offset);
    put_bytes("data", data, length);
    return send(opWrite, groupInference, 14);
}

/* A hop of samples of that size, of either sign. */
static const int16_t *wave(int16_t size)
{
    static int16_t samples[hop];
    for (uint32_t i = 0; i < hop; i++) samples[i] = i % 2 ? size : (int16_t) -size;
    return samples;
}

static void check_event(cbor_reader answer, uint32_t index, uint32_t run, uint32_t event, float level)
{
    uint32_t found;
    float foundLevel;
    cbor_reader at = item(answer, "events", index);
    CHECK(cbor_read_container(&at, cborArray, &found) && found == 3);
    CHECK(cbor_read_u32(&at, &found) && found == run);
    CHECK(cbor_read_u32(&at, &found) && found == event);
    CHECK(cbor_read_float(&at, &foundLevel) && foundLevel == level);
}

/* ------------------------------------------------------------------------------------------------------ the tests */

static void test_no_application(void)
{
    CHECK(is_in_state("none") && error_of(feed(0, wave(0), hopBytes)) == modelNoModel);
    CHECK(!application_step() && application_wait() == UINT64_MAX);
    begin(1);
    cbor_pair(&ask, "from", 0);
    CHECK(error_of(send(opRead, groupInference, 13)) == modelNoModel);
}

/* Samples in pieces of any length are runs of whole hops; an event ends what a packet does. */
static void test_samples_over_the_link(void)
{
    install(onLink);
    CHECK(is_in_state("link"));
    int16_t samples[3 * hop];
    memcpy(samples, wave(0), hopBytes);
    memcpy(samples + hop, wave(2000), hopBytes);
    memcpy(samples + 2 * hop, wave(9000), hopBytes);

    cbor_reader answer = feed(0, samples, sizeof samples);
    CHECK(number_of(answer, "off") == 2 * hopBytes && number_of(answer, "runs") == 2 && length_of(answer, "events") == 1);
    check_event(answer, 0, 1, 0, 2000);
    /* The same packet once more is a beginning; one that was answered gives the same answer. */
    answer = feed(0, samples, sizeof samples);
    CHECK(number_of(answer, "off") == 2 * hopBytes && number_of(answer, "runs") == 2);
    for (uint32_t i = 0; i < 2; i++)
    {
        answer = feed(2 * hopBytes, samples + 2 * hop, hopBytes);
        CHECK(number_of(answer, "off") == 3 * hopBytes && number_of(answer, "runs") == 3 && length_of(answer, "events") == 1);
        check_event(answer, 0, 2, 1, 9000);
    }
    answer = feed(5, samples, 20);
    CHECK(number_of(answer, "off") == 3 * hopBytes && length_of(answer, "events") == 0);
    CHECK(count_of(0) == 1 && count_of(1) == 1);

    CHECK(number_of(feed(0, samples, 0), "off") == 0);
    for (uint32_t at = 0; at < hopBytes; at += 3)
    {
        const uint32_t rest = hopBytes - at;
        answer = feed(at, (const uint8_t *) wave(1500) + at, rest < 3 ? rest : 3);
        CHECK(number_of(answer, "runs") == (rest <= 3));
    }
    check_event(answer, 0, 0, 0, 1500);
    begin(1);
    cbor_pair(&ask, "off", 0);
    CHECK(error_of(send(opWrite, groupInference, 14)) == modelBadRequest);
}

/* A pin for so long, another as long as the event lasts, a line; what is not there is told. */
static void test_actions(void)
{
    install(onLink);
    CHECK(length_of(status(), "lacks") == 2);
    CHECK(pinsSet == (1u << 3 | 1u << 4) && pinsHigh == 0);
    sentLength = 0;
    CHECK(number_of(feed(0, wave(2000), hopBytes), "runs") == 1);
    static const char line[] = "event loud 2000.000\n";
    CHECK(memcmp(sentLine, line, sizeof line - 1) == 0);
    CHECK(pinsHigh == (1u << 3 | 1u << 4));
    application_step();
    CHECK(pinsHigh == (1u << 3 | 1u << 4) && application_wait() <= millisecond);
    portCount += 5 * millisecond;
    application_step();
    CHECK(pinsHigh == 1u << 4);
    feed(hopBytes, wave(2000), hopBytes);
    CHECK(pinsHigh == 1u << 4);
    feed(2 * hopBytes, wave(0), hopBytes);
    CHECK(pinsHigh == 0);
    feed(3 * hopBytes, wave(3000), hopBytes);
    CHECK(pinsHigh == (1u << 3 | 1u << 4));
    install(trapping);
    CHECK(pinsHigh == 0);
}

/* What a driver does: made ready at the beginning, with what the file says; begun and ended as pins are. */
static uint32_t sirensReady, sirens, sirensSounded;
static float sirenLevel;

static bool is_first_siren(const action_setup *setup)
{
    CHECK(setup->pin == 9 ? setup->hertz == 50 && setup->value == 777
        : setup->pin == actionUnset && setup->hertz == 0 && setup->value == actionUnset);
    return setup->pin == 9;
}

static bool prepare_siren(const action_setup *setup)
{
    sirensReady |= is_first_siren(setup) ? 1 : 2;
    return true;
}

static void begin_siren(const action_setup *setup, float level)
{
    sirens |= is_first_siren(setup) ? 1 : 2;
    sirensSounded++;
    sirenLevel = level;
}

static void end_siren(const action_setup *setup)
{
    sirens &= is_first_siren(setup) ? ~1u : ~2u;
}

static const action siren = { .name = "siren", .prepare = prepare_siren, .begin = begin_siren, .end = end_siren };

static void test_driven_actions(void)
{
    simulatedAction = &siren;
    install(onLink);
    CHECK(length_of(status(), "lacks") == 1 && sirensReady == 3 && sirens == 0);
    feed(0, wave(2000), hopBytes);
    CHECK(sirens == 1 && sirenLevel == 2000 && sirensSounded == 1);
    portCount += 5 * millisecond;
    application_step();
    CHECK(sirens == 0);
    feed(hopBytes, wave(9000), hopBytes);
    CHECK(sirens == 2 && sirenLevel == 9000);
    feed(2 * hopBytes, wave(9000), hopBytes);
    CHECK(sirens == 2 && sirensSounded == 2);
    feed(3 * hopBytes, wave(0), hopBytes);
    CHECK(sirens == 0);
    feed(4 * hopBytes, wave(9000), hopBytes);
    CHECK(sirens == 3 && sirensSounded == 4);
    install(trapping);
    CHECK(sirens == 0);
}

static void check_entry(cbor_reader answer, uint32_t index, uint32_t sequence, uint32_t boot, uint32_t event, float level)
{
    uint32_t count, values[5];
    float found;
    cbor_reader at = item(answer, "entries", index);
    CHECK(cbor_read_container(&at, cborArray, &count) && count == 6);
    for (uint32_t i = 0; i < 5; i++) CHECK(cbor_read_u32(&at, &values[i]));
    CHECK(cbor_read_float(&at, &found) && found == level);
    CHECK(values[0] == sequence && values[1] == boot && values[4] == event);
}

static cbor_reader read_log(uint32_t from)
{
    begin(1);
    cbor_pair(&ask, "from", from);
    return send(opRead, groupInference, 13);
}

static uint32_t clear_log(bool clear)
{
    begin(1);
    cbor_text(&ask, "clear");
    cbor_bool(&ask, clear);
    return error_of(send(opWrite, groupInference, 13));
}

/* Events are logged over starts, read in pages, and cleared; another application does not see them. */
static void test_log(void)
{
    install(onLink);
    CHECK(length_of(read_log(0), "entries") == 0);
    feed(0, wave(9000), hopBytes);
    CHECK(length_of(read_log(0), "entries") == 2);
    check_entry(read_log(0), 0, 0, 1, 0, 9000);
    check_entry(read_log(0), 1, 1, 1, 1, 9000);
    start();
    feed(0, wave(2000), hopBytes);
    check_entry(read_log(2), 0, 2, 2, 0, 2000);
    CHECK(length_of(read_log(3), "entries") == 0 && length_of(read_log(0xffffffff), "entries") == 0);

    uint32_t at = hopBytes;
    for (uint32_t i = 0; i < 40; i++)
    {
        feed(at, wave(0), hopBytes);
        feed(at + hopBytes, wave(2000), hopBytes);
        at += 2 * hopBytes;
    }
    uint32_t found = 0, from = 0, pages = 0;
    for (uint32_t length; (length = length_of(read_log(from), "entries")) > 0; found += length, pages++)
    {
        cbor_reader last = item(read_log(from), "entries", length - 1);
        uint32_t count;
        CHECK(cbor_read_container(&last, cborArray, &count) && cbor_read_u32(&last, &from));
        from++;
    }
    CHECK(found == 43 && from == 43 && pages > 1);
    check_entry(read_log(42), 0, 42, 2, 0, 2000);

    install(withSource);
    CHECK(length_of(read_log(0), "entries") == 0);
    install(onLink);
    CHECK(clear_log(false) == modelBadRequest && clear_log(true) == modelOk && length_of(read_log(0), "entries") == 0);
    feed(0, wave(2000), hopBytes);
    check_entry(read_log(0), 0, 43, 2, 0, 2000);
    flashIsWorn = true;
    feed(0, wave(2000), hopBytes);
    flashIsWorn = false;
    CHECK(number_of(status(), "unlogged") == 1 && length_of(read_log(0), "entries") == 1);
    install(trapping);
    CHECK(error_of(read_log(0)) == modelLocked && clear_log(true) == modelLocked);
}

/* ------------------------------------------------------------------------------------------------ a simulated sensor */

static int16_t sensed;
static uint32_t there, lost;
static bool isStarted, isOver;
static const char *refused;

static const char *sensor_start(const source_setup *setup)
{
    CHECK(setup->millihertz == 1000 * hertz && setup->channels == 1 && setup->pin == 5 && setup->counterHz == BOARD_CLOCK_HZ);
    isStarted = !refused;
    there = lost = 0;
    return refused;
}
static uint32_t sensor_available(uint32_t run)
{
    CHECK(isStarted && run == hop);
    return there;
}
static void sensor_take(void *to, uint32_t count)
{
    CHECK(count <= there);
    there -= count;
    for (uint32_t i = 0; i < count; i++)
    {
        const int16_t value = i % 2 ? sensed : (int16_t) -sensed;
        memcpy((uint8_t *) to + i * sizeof value, &value, sizeof value);
    }
}
static uint32_t sensor_lost(void) { return lost; }
static bool sensor_ended(void) { return isOver; }
static void sensor_stop(void) { isStarted = false; }
static const source sensor = {
    .name = "simulated", .start = sensor_start, .available = sensor_available, .take = sensor_take, .lost = sensor_lost,
    .ended = sensor_ended, .stop = sensor_stop,
};

static void sense(int16_t size, uint32_t hops)
{
    sensed = size;
    there += hops * hop;
}

/* Each hop that is complete is a run; its 16 bits are the floats of the model. */
static void test_source(void)
{
    simulatedSource = &sensor;
    install(withSource);
    CHECK(is_in_state("running") && isStarted && application_wait() <= millisecond);
    CHECK(!application_step());
    sense(2000, 2);
    CHECK(application_step() && application_step() && !application_step());
    there = hop - 1;
    CHECK(!application_step());
    float level;
    application_event(0, &level);
    CHECK(level == 2000 && count_of(0) == 1 && count_of(1) == 0 && number_of(status(), "runs") == 2);
    sense(32767, 1);
    CHECK(application_step() && count_of(1) == 1);
    lost = 3 * hop;
    CHECK(number_of(status(), "overruns") == 3);
    const cbor_reader told = status();
    CHECK(number_of(told, "busy") == 3 * number_of(told, "most") && number_of(told, "elapsed") > number_of(told, "busy"));
}

static uint32_t control(bool start)
{
    begin(1);
    cbor_text(&ask, "start");
    cbor_bool(&ask, start);
    return error_of(send(opWrite, groupInference, 12));
}

/* The link has the model for itself a while after each thing that it does with it; then the application begins anew. */
static void test_pause(void)
{
    static const uint8_t zeros[8] = { 0 };
    simulatedSource = &sensor;
    install(withSource);
    CHECK(is_in_state("running"));
    sense(2000, 1);
    CHECK(application_step());
    begin(3);
    cbor_pair(&ask, "i", 0);
    cbor_pair(&ask, "off", 0);
    put_bytes("data", zeros, sizeof zeros);
    CHECK(error_of(send(opWrite, groupInference, 2)) == modelOk);
    CHECK(is_in_state("paused") && !isStarted && !application_step());
    portCount += 4 * (uint64_t) BOARD_CLOCK_HZ;
    CHECK(!application_step() && is_in_state("paused"));
    CHECK(error_of(upload_piece(onLink, 0, 200, onLink.length)) == modelOk);
    portCount += 4 * (uint64_t) BOARD_CLOCK_HZ;
    CHECK(!application_step() && is_in_state("paused"));
    portCount += 2 * (uint64_t) BOARD_CLOCK_HZ;
    application_step();
    CHECK(is_in_state("running") && isStarted && number_of(status(), "runs") == 0 && count_of(0) == 0);
    sense(2000, 1);
    CHECK(application_step() && count_of(0) == 1);

    /* A packet of samples ends the source until the application is told to begin with it. */
    CHECK(number_of(feed(0, wave(0), hopBytes), "runs") == 0 && is_in_state("link") && !isStarted);
    CHECK(error_of(feed(1, wave(0), hopBytes)) == modelOk);
    CHECK(control(true) == modelOk && is_in_state("running") && isStarted);
    CHECK(error_of(feed(1, wave(0), hopBytes)) == modelBadRequest);
    CHECK(control(false) == modelOk && is_in_state("stopped") && !isStarted && !application_step());
    CHECK(control(true) == modelOk && is_in_state("running"));
}

/* What the board lacks, and what a driver refuses, is told; the link may bring samples all the same. */
static void test_missing_source(void)
{
    install(withSource);
    CHECK(is_in_state("link") && length_of(status(), "lacks") == 1);
    simulatedSource = &sensor;
    refused = "rate";
    CHECK(control(true) == modelOk && is_in_state("link") && is_text(status(), "refused", "rate"));
    float samples[hop];
    for (uint32_t i = 0; i < hop; i++) samples[i] = 9000.5f;
    check_event(feed(0, samples, sizeof samples), 0, 0, 0, 9000.5f);
}

/* A source that ends ends the application once all whole hops have run. */
static void test_end_of_source(void)
{
    simulatedSource = &sensor;
    install(withSource);
    CHECK(is_in_state("running"));
    sense(2000, 2);
    isOver = true;
    CHECK(application_step() && application_step() && !application_step() && is_in_state("ended"));
    CHECK(number_of(status(), "runs") == 2 && !isStarted);
}

/* A recording is played once, by the clock; hops that come while nobody looks are lost, but for two. */
static void test_recording(void)
{
    install(recorded);
    CHECK(is_in_state("running") && !application_step());
    for (uint32_t i = 0; i < 8; i++)
    {
        portCount += hop * millisecond;
        CHECK(application_step() && !application_step());
    }
    CHECK(is_in_state("ended") && count_of(0) == 2 && count_of(1) == 1);
    cbor_reader told = status();
    CHECK(number_of(told, "runs") == 8 && number_of(told, "overruns") == 0);

    CHECK(control(true) == modelOk);
    portCount += 5 * hop * millisecond;
    CHECK(application_step() && application_step() && !application_step());
    CHECK(number_of(status(), "overruns") == 3);
    portCount += 100 * hop * millisecond;
    while (application_step()) {}
    told = status();
    CHECK(is_in_state("ended") && number_of(told, "overruns") == 4 && number_of(told, "runs") == 4 && count_of(1) == 1);
}

/* A trap stops the application, with its reason; on trial, the model before comes back. */
static void test_trap(void)
{
    install(trapping);
    CHECK(error_of(feed(0, wave(0), hopBytes)) == modelTrap);
    CHECK(is_in_state("stopped") && is_text(status(), "why", "a run trapped"));
    CHECK(error_of(feed(hopBytes, wave(0), hopBytes)) == modelBadModel);
    CHECK(error_of(feed(0, wave(0), 1)) == modelOk && is_in_state("link"));

    install(onLink);
    CHECK(upload(trapping) == modelOk && choose(trapping, "now") == modelOk && is_in_state("link"));
    CHECK(error_of(feed(0, wave(0), hopBytes)) == modelTrap);
    CHECK(is_in_state("link") && number_of(feed(0, wave(2000), hopBytes), "runs") == 1);
    CHECK(upload(recorded) == modelOk && choose(recorded, "now") == modelOk);
    CHECK(activation_confirmed() != activation_active());
    for (uint32_t runs = 0; runs < 16; runs++)
    {
        if (is_in_state("ended")) CHECK(control(true) == modelOk);
        portCount += hop * millisecond;
        CHECK(application_step());
        application_step();
    }
    CHECK(activation_confirmed() == activation_active());
}

/* What the section says is not believed: each byte of it changed. The board stays one that answers, whatever becomes of it. */
static void test_damaged_section(void)
{
    install(recorded);
    uint8_t *file = (uint8_t *) slots_model(activation_active());
    const uint32_t length = recorded.length;
    wasmote_section section;
    CHECK(wasmote_find_custom_section(file, length, "wasmote.app", &section));
    for (uint32_t i = 0; i < section.length; i++)
    {
        uint8_t *at = (uint8_t *) section.bytes + i;
        const uint8_t before = *at;
        for (uint32_t change = 1; change < 256; change += change < 8 ? 1 : 37)
        {
            *at = (uint8_t) (before + change);
            if (engine_load(file, length)) continue;
            portCount += hop * millisecond;
            application_step();
            status();
            feed(0, wave(9000), hopBytes);
        }
        *at = before;
    }
    CHECK(engine_load(file, length) == modelOk && is_in_state("running"));
}

int main(int count, char **arguments)
{
    static const struct
    {
        const char *name;
        void (*run)(void);
    } tests[] = {
        { "no application", test_no_application },
        { "samples over the link", test_samples_over_the_link },
        { "actions", test_actions },
        { "driven actions", test_driven_actions },
        { "log", test_log },
        { "source", test_source },
        { "pause", test_pause },
        { "missing source", test_missing_source },
        { "end of the source", test_end_of_source },
        { "recording", test_recording },
        { "trap", test_trap },
        { "damaged section", test_damaged_section },
    };
    if (count != 5 || !flash_map()) return 2;
    onLink = read_file(arguments[1]);
    withSource = read_file(arguments[2]);
    recorded = read_file(arguments[3]);
    trapping = read_file(arguments[4]);
    const uint32_t number = sizeof tests / sizeof *tests;
    for (uint32_t i = 0; i < number; i++)
    {
        testName = tests[i].name;
        memset(flash, 0xff, flashBytes);
        simulatedSource = NULL;
        simulatedAction = NULL;
        refused = NULL;
        isOver = false;
        application_end_pause();
        start();
        sentLength = pinsHigh = pinsSet = 0;
        tests[i].run();
    }
    for (uint32_t i = 0; i < 4; i++) free((bytes[]) { onLink, withSource, recorded, trapping }[i].at);
    printf("ok %u\n", number);
    return 0;
}
