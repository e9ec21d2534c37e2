#include "application.h"

#include <string.h>

#include "../app/histograms.h"
#include "../app/recording.h"
#include "../app/snippets.h"
#include "../link/line.h"
#include "../ports/actions.h"
#include "../ports/pins.h"
#include "../ports/port.h"
#include "../ports/sources.h"
#include "../store/activation.h"
#include "../store/event_log.h"
#include "engine.h"
#include "notify.h"

enum { pauseSeconds = 5, supplyMilliseconds = 30 };

/* A tensor of the model that the application reads or writes. */
typedef struct bytes_place
{
    uint8_t *at;
    uint32_t length;
} bytes_place;

static description said;
static application_figures now;
static uint32_t knownLoads;
static const source *from;              /* which runs, or NULL */
static bytes_place samples, begins, active, levels, observed;
static bool samplesAreFloats;
static app_action *actions;
static uint32_t *counts;
static uint64_t startedAt, resumesAt;
static uint32_t fed, fedBefore, partial;    /* bytes over the link: all, those before the last packet, and those of no whole hop yet */
static bool begun;                          /* whether events began with the last run */
static uint32_t lostBefore;                 /* values that the source had lost before the last run */
static application_chunk captured;          /* what was given last, in `samples` */
static uint32_t capturedMoments, askedFirst;    /* those that were taken since it began, and which were asked for last */

/* -------------------------------------------------------------------------------------------------------- the actions */

/* A driver by its number: those of the firmware's builder, and behind them the port's. */
static const action *driver_of(uint32_t index)
{
    const action *found;
    uint32_t own = 0;
    while ((found = own_action(own)) != NULL && own < index) own++;
    return found ? found : port_action(index - own);
}

static action_setup setup_of(const app_action *of)
{
    return (action_setup) {
        .pin = of->hasPin ? of->pin : actionUnset, .hertz = of->hertz, .value = of->hasValue ? of->value : actionUnset,
    };
}

/* Finds the driver of an action that the firmware does not do by itself, and has it make ready. */
static void prepare_driver(uint32_t index, app_action *of)
{
    const uint8_t *kind;
    uint32_t length;
    const action *driver;
    const action_setup setup = setup_of(of);
    const bool isNamed = description_action_kind(&said, index, &kind, &length);
    for (uint32_t i = 0; isNamed && (driver = driver_of(i)) != NULL; i++)
    {
        if (strlen(driver->name) != length || memcmp(driver->name, kind, length) != 0) continue;
        if (driver->prepare(&setup)) of->driver = (uint8_t) i;
        else now.lacksPin = true;
        return;
    }
    now.lacksAction = true;
}

static void end_action(app_action *action)
{
    if (!action->lasts) return;
    action->lasts = false;
    const action_setup setup = setup_of(action);
    if (action->kind == actionOther) driver_of(action->driver)->end(&setup);
    else port_pin_set(action->pin, !action->high);
}

static void end_actions(void)
{
    for (uint32_t i = 0; actions && i < said.actions; i++) end_action(&actions[i]);
}

static uint64_t units_of(uint32_t milliseconds)
{
    return (uint64_t) milliseconds * BOARD_CLOCK_HZ / 1000;
}

/* Ends what has lasted as long as it was to. */
static void end_late_actions(void)
{
    for (uint32_t i = 0; i < said.actions; i++)
    {
        app_action *const action = &actions[i];
        if (action->lasts && action->milliseconds > 0 && port_counter() >= action->until) end_action(action);
    }
}

static bool action_lasts(void)
{
    for (uint32_t i = 0; i < said.actions; i++) if (actions[i].lasts) return true;
    return false;
}

static void put_text(const char *text)
{
    while (*text) port_putc((uint8_t) *text++);
}

static void put_number(uint32_t number, uint32_t digits)
{
    char text[11], *at = text + sizeof text - 1;
    *at = 0;
    do *--at = (char) ('0' + number % 10);
    while ((number /= 10) > 0 || text + sizeof text - 1 - at < (long) digits);
    put_text(at);
}

/* With three decimals. */
static void put_level(float level)
{
    const float size = level < 0 ? -level : level;
    if (!(size < 1e6f))
    {
        put_text(level != level ? "nan" : level < 0 ? "-inf" : "inf");
        return;
    }
    const uint32_t thousandths = (uint32_t) (size * 1000 + 0.5f);
    if (level < 0) port_putc('-');
    put_number(thousandths / 1000, 1);
    port_putc('.');
    put_number(thousandths % 1000, 3);
}

/* A line of text, which no frame begins with; what would end it early does not come through. */
static void put_line(uint32_t event)
{
    const uint8_t *name;
    uint32_t length;
    float level;
    if (!description_event(&said, event, &name, &length)) return;
    application_event(event, &level);
    put_text("event ");
    for (uint32_t i = 0; i < length; i++) port_putc(name[i] < ' ' || name[i] == 0x7f ? '?' : name[i]);
    port_putc(' ');
    put_level(level);
    port_putc('\n');
}

static void begin_driver(uint32_t event, app_action *of)
{
    const action_setup setup = setup_of(of);
    float level;
    application_event(event, &level);
    driver_of(of->driver)->begin(&setup, level);
    of->lasts = true;
}

static void notify(uint32_t event)
{
    const uint8_t *name;
    uint32_t length;
    float level;
    if (!description_event(&said, event, &name, &length)) return;
    application_event(event, &level);
    notify_event(event, name, length, now.runs - 1, level);
}

static void begin_actions(uint32_t event)
{
    for (uint32_t i = 0; i < said.actions; i++)
    {
        app_action *const action = &actions[i];
        if (action->event != event) continue;
        if (action->kind == actionLine) put_line(event);
        if (action->kind == actionNotify) notify(event);
        if (action->kind == actionGpio) action->lasts = port_pin_set(action->pin, action->high);
        if (action->kind == actionOther && action->driver != noDriver) begin_driver(event, action);
        action->until = port_counter() + units_of(action->milliseconds);
    }
}

/* Ends what lasts as long as its event. */
static void end_actions_of_ended_events(void)
{
    for (uint32_t i = 0; i < said.actions; i++)
        if (actions[i].milliseconds == 0 && !active.at[actions[i].event]) end_action(&actions[i]);
}

/* Reads the actions, and has the pins as they are when nothing happens. False where one is malformed. */
static bool read_actions(void)
{
    for (uint32_t i = 0; i < said.actions; i++)
    {
        app_action *const action = &actions[i];
        if (!description_action(&said, i, action)) return false;
        if (action->kind == actionOther) prepare_driver(i, action);
        if (action->kind == actionGpio && !port_pin_set(action->pin, !action->high)) now.lacksPin = true;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------- beginning and ending */

static void stop_source(void)
{
    if (!from) return;
    now.overruns = from->lost() / description_values(&said);
    from->stop();
    from = NULL;
}

static void end(application_state state, const char *why)
{
    stop_source();
    end_actions();
    now.state = state;
    now.why = why;
}

/* The memory becomes another's. */
static void let_go(void)
{
    end(applicationMissing, NULL);
    now.said = NULL;
    now.counts = NULL;
    actions = NULL;
    snippets_end();
    histograms_end();
}

void application_open(void)
{
    event_log_open();
    engine_on_letting_go(let_go);
}

static bool find_tensor(const char *list, uint32_t index, wasmote_dtype dtype, uint32_t elements, bytes_place *place)
{
    wasmote_tensor tensor;
    place->at = engine_tensor(list, index, &place->length);
    const uint32_t size = dtype == WASMOTE_BOOL ? 1 : dtype == WASMOTE_INT16 ? 2 : 4;
    return place->at && manifest_describe(engine_manifest(), list, index, &tensor) && tensor.dtype == dtype
        && place->length == elements * size && (uintptr_t) place->at % size == 0;
}

/* What of the model is not as an application's is, or NULL. */
static const char *find_tensors(void)
{
    const uint32_t values = description_values(&said);
    samplesAreFloats = find_tensor("inputs", 0, WASMOTE_FLOAT32, values, &samples);
    if (samplesAreFloats && said.snippets.keep > 0) return "its snippets are of samples of 16 bits, and its input of floats";
    if (!samplesAreFloats && !find_tensor("inputs", 0, WASMOTE_INT16, values, &samples)) return "its input is no hop of samples";
    if (!find_tensor("outputs", 0, WASMOTE_BOOL, said.events, &begins)
        || !find_tensor("outputs", 1, WASMOTE_BOOL, said.events, &active)
        || !find_tensor("outputs", 2, WASMOTE_FLOAT32, said.events, &levels)) return "its outputs are no events";
    wasmote_tensor tensor;
    observed.at = engine_tensor("outputs", 3, &observed.length);
    if (observed.at && !(manifest_describe(engine_manifest(), "outputs", 3, &tensor) && tensor.dtype == WASMOTE_FLOAT32)) observed.at = NULL;
    return NULL;
}

static bool begin_histograms(void)
{
    const histogram_tensor tensors[histogramTensors] = { { levels.at, levels.length }, { observed.at, observed.length } };
    return histograms_begin(&said, engine_kept() + description_histograms_at(&said), tensors);
}

static bool is_driver(const char *name)
{
    return strlen(name) == said.driverLength && memcmp(name, said.driver, said.driverLength) == 0;
}

static const source *find_source(void)
{
    if (is_driver(recording_source.name)) return &recording_source;
    const source *found;
    for (uint32_t i = 0; (found = own_source(i)) != NULL; i++) if (is_driver(found->name)) return found;
    for (uint32_t i = 0; (found = port_source(i)) != NULL; i++) if (is_driver(found->name)) return found;
    return NULL;
}

/* Supplies the sensor by pins, and lets it start. False where there is no such pin. */
static bool supply(const source_setup *of)
{
    for (uint32_t i = 0; i < of->powerPinCount; i++) if (!port_pin_set(of->powerPins[i], true)) return false;
    const uint64_t end = port_counter() + units_of(of->powerPinCount > 0 ? supplyMilliseconds : 0);
    while (port_counter() < end) {}
    return true;
}

static void start_source(void)
{
    const source *const found = find_source();
    static source_setup setup;
    setup = said.source;
    uint32_t length;
    wasmote_section recording;
    const uint8_t *file = engine_file(&length);
    if (wasmote_find_custom_section(file, length, "wasmote.recording", &recording))
    {
        setup.recording = recording.bytes;
        setup.recordingBytes = recording.length;
    }
    setup.raw = description_raw_bytes(&said) > 0 ? (void *) (engine_kept() + description_raw_at(&said)) : NULL;
    setup.ring = (uint16_t *) (void *) (engine_kept() + description_ring_at(&said));
    setup.ringValues = description_ring_bytes(&said) / (uint32_t) sizeof(uint16_t);
    setup.runValues = description_values(&said);
    setup.valueBytes = samplesAreFloats ? 4 : 2;
    setup.counter = port_counter;
    setup.counterHz = strcmp(port_counter_unit(), "cycles") == 0 ? BOARD_CLOCK_HZ : 0;
    if (found) now.sourceRefused = supply(&setup) ? found->start(&setup) : "power";
    if (found && !now.sourceRefused) from = found;
    now.lacksSource = !from;
}

/* Begins anew, with the state and the counts as at first. */
static void begin(bool onLink)
{
    end(applicationStopped, NULL);
    now = (application_figures) { .state = applicationStopped, .said = &said };
    fed = fedBefore = partial = 0;
    begun = false;
    actions = (app_action *) (void *) engine_kept();
    counts = (uint32_t *) (void *) (actions + said.actions);
    memset(actions, 0, said.actions * sizeof *actions);
    memset(counts, 0, said.events * sizeof *counts);
    now.counts = counts;
    lostBefore = 0;
    histograms_end();
    snippets_begin(&said, engine_kept() + description_snippets_at(&said));
    if (!read_actions()) now.why = "an action is malformed";
    else if (engine_reset()) now.why = "its state cannot be reset";
    else now.why = find_tensors();
    if (!now.why && !begin_histograms()) now.why = "a histogram is of nothing that its model gives";
    now.lacksLog = said.log && !event_log_exists();
    startedAt = port_counter();
    if (now.why) return;
    if (!onLink && !is_driver("none")) start_source();
    now.state = from ? applicationRuns : applicationOnLink;
}

/* After another model was loaded, or the same one anew. */
static void follow_engine(void)
{
    if (engine_loads() == knownLoads) return;
    knownLoads = engine_loads();
    if (!engine_manifest()) return;
    uint32_t length;
    const uint8_t *file = engine_file(&length);
    const description_state found = description_read(file, length, &said);
    const bool isPaused = port_counter() < resumesAt;
    if (found == descriptionRight) begin(isPaused);
    if (found == descriptionRight && isPaused && now.state == applicationOnLink && !is_driver("none")) now.state = applicationPaused;
    if (found == descriptionWrong) end(applicationStopped, "its section wasmote.app is malformed, or of another version");
}

static void resume_after_pause(void)
{
    resumesAt = port_counter() + (uint64_t) pauseSeconds * BOARD_CLOCK_HZ;
}

void application_pause(void)
{
    follow_engine();
    fed = fedBefore = partial = 0;
    if (now.state == applicationRuns || now.state == applicationEnded || now.state == applicationCaptures) end(applicationPaused, NULL);
    resume_after_pause();
}

void application_stay_paused(void)
{
    if (now.state == applicationPaused) application_pause();
}

void application_end_pause(void)
{
    resumesAt = 0;
}

model_error application_control(bool start)
{
    follow_engine();
    if (!now.said) return modelNoModel;
    if (start) begin(false);
    else end(applicationStopped, "it was asked to stop");
    return modelOk;
}

/* -------------------------------------------------------------------------------------------------------------- a run */

bool application_event(uint32_t index, float *level)
{
    memcpy(level, levels.at + index * sizeof *level, sizeof *level);
    return begins.at[index] != 0;
}

static uint64_t milliseconds_now(void)
{
    return port_counter() / (BOARD_CLOCK_HZ / 1000);
}

static void log_event(uint32_t event)
{
    const uint64_t milliseconds = milliseconds_now();
    event_entry entry = {
        .run = now.runs - 1, .seconds = (uint32_t) (milliseconds / 1000), .milliseconds = (uint16_t) (milliseconds % 1000),
        .event = (uint8_t) event, .application = said.id,
    };
    application_event(event, &entry.level);
    if (!event_log_append(entry)) now.logFailures++;
}

static void take_events(void)
{
    float level;
    for (uint32_t i = 0; i < said.events; i++)
    {
        if (!application_event(i, &level)) continue;
        begun = true;
        counts[i]++;
        begin_actions(i);
        snippets_event(i, now.runs - 1, level, milliseconds_now());
        if (said.log && !now.lacksLog) log_event(i);
    }
    end_actions_of_ended_events();
}

static const char *text_of(model_error error)
{
    switch (error)
    {
        case modelLimit: return "a run reached the board's limit";
        case modelTrap: return "a run trapped";
        default: return "a run failed";
    }
}

/* Runs the model on a whole hop, which follows on the one before or not. */
static model_error run_hop(bool follows, bool *cameBack)
{
    int32_t code = runDone;
    uint64_t count = 0;
    begun = false;
    partial = 0;
    snippets_take(samples.at, follows);
    model_error error = engine_run(0, engine_manifest()->steps, 0, &code, &count);
    if (!error && code != runDone) error = modelBadModel;
    *cameBack = activation_ran(!error);
    if (error)
    {
        if (!*cameBack) end(applicationStopped, text_of(error));
        return error;
    }
    now.runs++;
    now.busy += count;
    if (count > now.most) now.most = count;
    histograms_count();
    take_events();
    return modelOk;
}

/* Sensors give 16 bits: each becomes the float of the same number, from the last one on. */
static void widen(void)
{
    const uint32_t count = samples.length / sizeof(float);
    const uint8_t *narrow = samples.at + samples.length - count * sizeof(int16_t);
    for (uint32_t i = 0; i < count; i++)
    {
        int16_t value;
        memcpy(&value, narrow + i * sizeof value, sizeof value);
        const float real = value;
        memcpy(samples.at + i * sizeof real, &real, sizeof real);
    }
}

static void take_from_source(void)
{
    const bool widens = samplesAreFloats && !from->isRaw;
    from->take(widens ? samples.at + samples.length / 2 : samples.at, description_values(&said));
    if (widens) widen();
}

bool application_step(void)
{
    bool cameBack;
    follow_engine();
    if (!now.said) return false;
    end_late_actions();
    const bool waits = now.state == applicationPaused || now.state == applicationCaptures;
    if (waits && port_counter() >= resumesAt) begin(false);
    /* Drivers that fetch samples from a sensor do it here, too. */
    if (now.state == applicationCaptures) from->available(description_values(&said));
    if (now.state != applicationRuns) return false;
    const bool isLast = from->ended();
    if (from->available(description_values(&said)) < description_values(&said))
    {
        if (isLast) end(applicationEnded, NULL);
        return false;
    }
    take_from_source();
    const uint32_t lost = from->lost(), lostNow = lost - lostBefore;
    lostBefore = lost;
    run_hop(lostNow == 0, &cameBack);
    return true;
}

uint64_t application_wait(void)
{
    const bool hasTime = now.said && (now.state == applicationRuns || now.state == applicationPaused
        || now.state == applicationCaptures || action_lasts());
    return hasTime ? units_of(1) : UINT64_MAX;
}

model_error application_take(uint32_t offset, const uint8_t *data, uint32_t length, application_feed *result)
{
    model_error error = modelOk;
    *result = (application_feed) { .offset = 0 };
    follow_engine();
    if (!now.said) return modelNoModel;
    if (offset == 0) begin(true);
    if (now.state != applicationOnLink) return now.why ? modelBadModel : modelBadRequest;
    if (offset == fed)
    {
        fedBefore = fed;
        begun = false;
        while (length > 0 && !begun && !error)
        {
            const uint32_t room = samples.length - partial, count = length < room ? length : room;
            memcpy(samples.at + partial, data, count);
            partial += count;
            fed += count;
            data += count;
            length -= count;
            if (partial == samples.length) error = run_hop(true, &result->cameBack);
        }
    }
    result->begun = begun && offset == fedBefore;
    result->offset = fed;
    return error;
}

/* --------------------------------------------------------------------------------------------------------- capturing */

model_error application_capture(bool start)
{
    follow_engine();
    if (!now.said) return modelNoModel;
    if (!said.shareCapture) return modelLocked;
    begin(start);
    if (!start) return modelOk;
    if (now.why) return modelBadModel;
    if (!is_driver("none")) start_source();
    /* A recording has the model's own numbers. */
    if (from && from->isRaw && samplesAreFloats)
    {
        begin(false);
        now.sourceRefused = "float32";
        return modelOk;
    }
    if (!from) return modelOk;
    captured = (application_chunk) { .first = 0 };
    capturedMoments = askedFirst = 0;
    now.state = applicationCaptures;
    resume_after_pause();
    return modelOk;
}

/*
 * Takes up to so many moments, and answers how many came without a gap: what a driver lost between samples that wait, it tells when those
 * before have been taken.
 */
static uint32_t take_moments(uint32_t moments)
{
    const uint32_t channels = said.source.channels, lost = from->lost();
    for (uint32_t i = 0; i < moments; i++)
    {
        if (i > 0) from->available(description_values(&said));
        if (from->lost() != lost) return i;
        from->take(samples.at + i * channels * sizeof(int16_t), channels);
    }
    return moments;
}

model_error application_captured(uint32_t first, uint32_t room, application_chunk *chunk)
{
    follow_engine();
    if (now.state != applicationCaptures) return now.said ? modelBadRequest : modelNoModel;
    resume_after_pause();
    if (captured.length == 0 || first != askedFirst)
    {
        const uint32_t channels = said.source.channels, momentBytes = channels * (uint32_t) sizeof(int16_t);
        captured.ended = from->ended();
        uint32_t moments = from->available(description_values(&said)) / channels;
        if (moments > said.hop || moments > room / momentBytes)
        {
            moments = room / momentBytes < said.hop ? room / momentBytes : said.hop;
            captured.ended = false;
        }
        captured.first = from->lost() / channels + capturedMoments;
        captured.bytes = samples.at;
        const uint32_t taken = take_moments(moments);
        if (taken < moments) captured.ended = false;
        captured.length = taken * momentBytes;
        capturedMoments += taken;
        askedFirst = first;
    }
    *chunk = captured;
    return modelOk;
}

const application_figures *application_now(void)
{
    follow_engine();
    if (from) now.overruns = from->lost() / description_values(&said);
    now.elapsed = port_counter() - startedAt;
    return &now;
}
