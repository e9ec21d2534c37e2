/*
 * What an application gives of its samples and events, in the firmware on this machine, under sanitizers. Each test begins with an
 * erased board.
 *
 * Arguments: files of applications of hops of 16 samples and the events "loud" and "very loud", from a mean size of 1000 and of 8000
 * on, which share what there is to share. One takes its samples, of int16, from the source "simulated"; one does with float32; one plays
 * a recording of 8 hops of sizes 0, 1, 2, ... 7. One shares nothing. One keeps two snippets of "loud", from two hops before to one after
 * it, of 300 bytes a day, and has the histograms that the one of floats has: of the level of "loud", from 1000 and from 5000 on, and of
 * that of "very loud", from 1 to 31. One has a histogram of what it does not give. Prints "ok TESTS", or what is wrong, with exit code 1.
 */
#include "ask.h"
#include "formats/custom_sections.h"

enum { hop = 16, hopBytes = 2 * hop, hertz = 1000, millisecond = BOARD_CLOCK_HZ / 1000 };

static bytes withSource, withFloats, recorded, silent, snipping, astray;

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

/* Its samples are their own numbers, and as much more as is said. */
static uint32_t came, taken, lost;
static uint32_t gapAt, gapLost;         /* what is missing behind so many samples, which is told when those have been taken */
static int16_t more;
static bool isStarted;
static const char *refused;

static const char *sensor_start(const source_setup *setup)
{
    CHECK(setup->channels == 1);
    isStarted = !refused;
    came = taken = lost = gapLost = 0;
    return refused;
}
static uint32_t sensor_available(uint32_t run)
{
    CHECK(isStarted && run == hop);
    if (taken >= gapAt)
    {
        lost += gapLost;
        gapLost = 0;
    }
    return came - taken;
}
static void sensor_take(void *to, uint32_t count)
{
    CHECK(count <= came - taken);
    for (uint32_t i = 0; i < count; i++, taken++)
    {
        const int16_t value = (int16_t) (taken + lost + (taken < gapAt ? 0 : gapLost) + (uint32_t) more);
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
    came = 10;
    gapAt = 7;
    gapLost = 50;
    CHECK(is_part(captured(0), 0, 7) && is_part(captured(0), 0, 7));
    CHECK(is_part(captured(7), 57, 3));

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

/* ---------------------------------------------------------------------------------------------------------- snippets */

static cbor_reader snippets(void)
{
    begin(0);
    return send(opRead, groupInference, 17);
}

/* Figure `figure` of snippet `index` of the list. */
static uint32_t figure_of(uint32_t index, uint32_t figure)
{
    cbor_reader at;
    uint32_t count, value;
    CHECK(cbor_find(snippets(), "snippets", &at) && cbor_read_container(&at, cborArray, &count) && index < count);
    while (index-- > 0) CHECK(cbor_skip(&at));
    CHECK(cbor_read_container(&at, cborArray, &count) && count == 7);
    while (figure-- > 0) CHECK(cbor_skip(&at));
    CHECK(cbor_read_u32(&at, &value));
    return value;
}

enum { ofNumber, ofMilliseconds, ofRun, ofEvent, ofLevel, ofBefore, ofLength };

static uint32_t snippet_count(void)
{
    cbor_reader at;
    uint32_t count;
    CHECK(cbor_find(snippets(), "snippets", &at) && cbor_read_container(&at, cborArray, &count));
    return count;
}

static cbor_reader snippet_piece(uint32_t number, uint32_t offset)
{
    begin(2);
    cbor_pair(&ask, "snippet", number);
    cbor_pair(&ask, "off", offset);
    return send(opRead, groupInference, 17);
}

/* All samples of a snippet, which has so many. */
static void read_snippet(uint32_t number, int16_t *samples, uint32_t count)
{
    for (uint32_t offset = 0, length; offset < 2 * count; offset += length)
    {
        cbor_reader at, answer = snippet_piece(number, offset);
        const uint8_t *data;
        CHECK(number_of(answer, "len") == 2 * count && number_of(answer, "off") == offset);
        CHECK(cbor_find(answer, "data", &at) && cbor_read_string(&at, cborBytes, &data, &length) && length > 0);
        CHECK(offset + length <= 2 * count);
        memcpy((uint8_t *) samples + offset, data, length);
    }
}

static uint32_t release(uint32_t number)
{
    begin(1);
    cbor_pair(&ask, "release", number);
    return error_of(send(opWrite, groupInference, 17));
}

static void run(bool loud, uint32_t hops)
{
    more = loud ? 2000 : 0;
    came += hops * hop;
    while (hops-- > 0) CHECK(application_step());
}

static void test_snippets(void)
{
    int16_t samples[4 * hop];
    simulatedSource = &sensor;
    install(snipping);
    CHECK(snippet_count() == 0);
    run(false, 5);
    run(true, 1);
    CHECK(snippet_count() == 0);
    run(false, 1);
    CHECK(snippet_count() == 1 && figure_of(0, ofRun) == 5 && figure_of(0, ofEvent) == 0);
    CHECK(figure_of(0, ofBefore) == 2 * hop && figure_of(0, ofLength) == 4 * hop);
    const uint32_t number = figure_of(0, ofNumber);
    read_snippet(number, samples, 4 * hop);
    for (uint32_t i = 0; i < 4 * hop; i++) CHECK(samples[i] == (int16_t) (3 * hop + i) + (i / hop == 2 ? 2000 : 0));

    /* The next one begins without what is before it, and is short where samples are lost. */
    run(true, 1);
    lost += hop;
    run(false, 1);
    CHECK(snippet_count() == 2 && figure_of(1, ofNumber) == number + 1);
    CHECK(figure_of(1, ofBefore) == 0 && figure_of(1, ofLength) == hop);
    read_snippet(number + 1, samples, hop);
    CHECK(samples[0] == 2000 + 7 * hop);

    /* Both are full; then the day's bytes are used up, until the next day. */
    run(true, 1);
    CHECK(number_of(snippets(), "missed") == 1 && number_of(snippets(), "today") == 8 * hopBytes);
    CHECK(release(number) == modelOk && release(number) == modelOk && snippet_count() == 1);
    run(false, 1);
    run(true, 1);
    CHECK(number_of(snippets(), "leftOff") == 1 && error_of(snippet_piece(number, 0)) == modelBadRequest);
    portCount += 86400 * (uint64_t) BOARD_CLOCK_HZ;
    run(false, 3);
    run(true, 1);
    run(false, 1);
    CHECK(snippet_count() == 2 && number_of(snippets(), "leftOff") == 1 && number_of(snippets(), "today") == 4 * hopBytes);
    CHECK(figure_of(0, ofNumber) == number + 1 && figure_of(1, ofNumber) == number + 2 && figure_of(1, ofLength) == 4 * hop);
    CHECK(error_of(snippet_piece(number + 2, 4 * hopBytes + 1)) == modelBadRequest);
    begin(0);
    CHECK(error_of(send(opWrite, groupInference, 17)) == modelBadRequest);

    /* An event that no snippets are of. */
    CHECK(release(number + 1) == modelOk && release(number + 2) == modelOk);
    more = 9000;
    came += hop;
    portCount += 86400 * (uint64_t) BOARD_CLOCK_HZ;
    CHECK(application_step());
    run(false, 1);
    CHECK(snippet_count() == 1 && number_of(snippets(), "missed") == 1);
}

/* Of samples that came over the link; gone when the application begins anew, and none where none are shared. */
static void test_fed_snippets(void)
{
    CHECK(error_of(snippets()) == modelNoModel);
    install(silent);
    CHECK(error_of(snippets()) == modelLocked && release(0) == modelLocked);
    install(snipping);
    int16_t samples[hop];
    for (uint32_t i = 0; i < 4; i++)
    {
        for (uint32_t at = 0; at < hop; at++) samples[at] = (int16_t) (i == 2 ? 3000 : i);
        begin(2);
        cbor_pair(&ask, "off", i * hopBytes);
        put_bytes("data", (const uint8_t *) samples, sizeof samples);
        CHECK(number_of(send(opWrite, groupInference, 14), "runs") == i + 1);
    }
    int16_t kept[4 * hop];
    CHECK(snippet_count() == 1 && figure_of(0, ofLength) == 4 * hop);
    read_snippet(figure_of(0, ofNumber), kept, 4 * hop);
    for (uint32_t i = 0; i < 4 * hop; i++) CHECK(kept[i] == (i / hop == 2 ? 3000 : (int16_t) (i / hop)));
    begin(1);
    cbor_text(&ask, "start");
    cbor_bool(&ask, true);
    send(opWrite, groupInference, 12);
    CHECK(snippet_count() == 0);
}

/* -------------------------------------------------------------------------------------------------------- histograms */

static cbor_reader histograms(uint32_t from)
{
    begin(1);
    cbor_pair(&ask, "from", from);
    return send(opRead, groupInference, 18);
}

/* Whether the first histogram from a number on has these counts in its first bins, and so many bins. */
static bool is_histogram(uint32_t from, uint32_t bins, const uint32_t *counts, uint32_t compared)
{
    uint32_t count, found;
    cbor_reader at;
    CHECK(cbor_find(histograms(from), "histograms", &at) && cbor_read_container(&at, cborArray, &count) && count > 0);
    CHECK(cbor_read_container(&at, cborArray, &count));
    for (uint32_t i = 0; i < compared; i++) if (!cbor_read_u32(&at, &found) || found != counts[i]) return false;
    return count == bins;
}

/* Numbers are counted from their bound on; what is none is not counted. */
static void test_histograms(void)
{
    CHECK(error_of(histograms(0)) == modelNoModel);
    install(silent);
    CHECK(error_of(histograms(0)) == modelLocked);
    install(withFloats);
    static const float sizes[] = { 0, 999, 1000, 4999, 5000, 1e30f };
    float samples[hop];
    uint32_t offset = 0;
    for (uint32_t i = 0; i < 7; i++)
    {
        for (uint32_t at = 0; at < hop; at++) samples[at] = i < 6 ? sizes[i] : 0.0f / 0.0f;
        begin(2);
        cbor_pair(&ask, "off", offset);
        put_bytes("data", (const uint8_t *) samples, sizeof samples);
        offset = number_of(send(opWrite, groupInference, 14), "off");
    }
    CHECK(number_of(status(), "runs") == 7);
    CHECK(is_histogram(0, 3, (const uint32_t[]) { 2, 2, 2 }, 3));
    CHECK(is_histogram(1, 32, (const uint32_t[]) { 1, 0, 0 }, 3));
    cbor_reader at;
    uint32_t count;
    CHECK(cbor_find(histograms(2), "histograms", &at) && cbor_read_container(&at, cborArray, &count) && count == 0);
    CHECK(cbor_find(histograms(0xffffffff), "histograms", &at) && cbor_read_container(&at, cborArray, &count) && count == 0);
    begin(0);
    CHECK(error_of(send(opRead, groupInference, 18)) == modelBadRequest);
    CHECK(is_text(capture(false), "state", "link") && is_histogram(0, 3, (const uint32_t[]) { 0, 0, 0 }, 3));
    install(astray);
    CHECK(is_text(status(), "why", "a histogram is of nothing that its model gives") && error_of(histograms(0)) == modelOk);
}

/* ----------------------------------------------------------------------------------------------------- notifications */

static uint32_t enable(bool on)
{
    begin(1);
    cbor_text(&ask, "on");
    cbor_bool(&ask, on);
    return error_of(send(opWrite, groupInference, 19));
}

/* Whether what was sent is one message of that number, which tells of the event "loud" in that run. */
static bool is_notice(uint8_t sequence, uint32_t run)
{
    uint32_t length = 0;
    float level;
    cbor_reader at;
    for (uint32_t i = 0; i < sentLength; i++) length = frame_take(sentLine[i]);
    if (length <= headerBytes || frame_packet[0] != (version2 | opReadAnswer) || frame_packet[6] != sequence) return false;
    const cbor_reader notice = { frame_packet + headerBytes, frame_packet + length };
    CHECK(frame_packet[5] == groupInference && frame_packet[7] == 19);
    CHECK(cbor_find(notice, "level", &at) && cbor_read_float(&at, &level) && level > 1000);
    return is_text(notice, "name", "loud") && number_of(notice, "event") == 0 && number_of(notice, "run") == run;
}

/* Events are told once a host has asked for it, between packets and in answers alike, and to no other. */
static void test_notifications(void)
{
    simulatedSource = &sensor;
    CHECK(enable(true) == modelNoModel);
    install(withSource);
    cbor_reader at;
    uint32_t count;
    CHECK(cbor_find(status(), "lacks", &at) && cbor_read_container(&at, cborArray, &count) && count == 0);
    sentLength = 0;
    run(true, 1);
    CHECK(sentLength == 0);
    begin(0);
    CHECK(error_of(send(opWrite, groupInference, 19)) == modelBadRequest);
    CHECK(enable(true) == modelOk);
    run(false, 1);
    sentLength = 0;
    run(true, 1);
    CHECK(is_notice(0, 2));
    run(false, 1);
    sentLength = 0;
    run(true, 1);
    CHECK(is_notice(1, 4));

    /* The message of a run that a packet makes comes before its answer, which stays whole. */
    int16_t samples[hop];
    for (uint32_t i = 0; i < hop; i++) samples[i] = 3000;
    begin(2);
    cbor_pair(&ask, "off", 0);
    put_bytes("data", (const uint8_t *) samples, sizeof samples);
    CHECK(number_of(send(opWrite, groupInference, 14), "runs") == 1);
    CHECK(enable(false) == modelOk && is_text(capture(false), "state", "running"));
    sentLength = 0;
    run(true, 1);
    CHECK(sentLength == 0);
}

/* What the section says is not believed: each byte of it changed. The board stays one that answers, whatever becomes of it. */
static void test_damaged_section(void)
{
    simulatedSource = &sensor;
    install(snipping);
    uint8_t *file = (uint8_t *) slots_model(activation_active());
    wasmote_section section;
    CHECK(wasmote_find_custom_section(file, snipping.length, "wasmote.app", &section));
    for (uint32_t i = 0; i < section.length; i++)
    {
        uint8_t *at = (uint8_t *) section.bytes + i;
        const uint8_t before = *at;
        for (uint32_t change = 1; change < 256; change += change < 8 ? 1 : 37)
        {
            *at = (uint8_t) (before + change);
            if (engine_load(file, snipping.length)) continue;
            status();
            begin(2);
            cbor_pair(&ask, "off", 0);
            static const int16_t loud[hop] = { 32000, 32000, 32000, 32000 };
            put_bytes("data", (const uint8_t *) loud, sizeof loud);
            send(opWrite, groupInference, 14);
            send(opWrite, groupInference, 14);
            snippets();
            snippet_piece(0, 0);
            histograms(0);
        }
        *at = before;
    }
    CHECK(engine_load(file, snipping.length) == modelOk && is_in_state("running"));
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
        { "snippets", test_snippets },
        { "snippets of samples over the link", test_fed_snippets },
        { "histograms", test_histograms },
        { "notifications", test_notifications },
        { "damaged section", test_damaged_section },
    };
    bytes *const files[] = { &withSource, &withFloats, &recorded, &silent, &snipping, &astray };
    const uint32_t fileCount = sizeof files / sizeof *files;
    if (count != 1 + (int) fileCount || !flash_map()) return 2;
    for (uint32_t i = 0; i < fileCount; i++) *files[i] = read_file(arguments[1 + i]);
    const uint32_t number = sizeof tests / sizeof *tests;
    for (uint32_t i = 0; i < number; i++)
    {
        testName = tests[i].name;
        memset(flash, 0xff, flashBytes);
        simulatedSource = NULL;
        refused = NULL;
        more = 0;
        application_end_pause();
        start();
        sentLength = 0;
        tests[i].run();
    }
    for (uint32_t i = 0; i < fileCount; i++) free(files[i]->at);
    printf("ok %u\n", number);
    return 0;
}
