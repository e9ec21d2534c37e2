/*
 * Digital microphones. A state machine of PIO 0 gives them their clock and shifts in what they send, 64 bits a sample, as words that DMA
 * puts into a ring of 8 ms at 16 kHz; the timer's alarm has the handler make samples of them, 32 at a time, for the ring that runs take from.
 *
 * "pdm": one bit each period of the clock, which is 64 times the sample rate (pdm.h). "i2s": two slots of 32 bits; the microphone fills one
 * of them with 24 bits or fewer, from the highest on, one period after the word select has changed. The word select's pin is the one behind the
 * clock's.
 *
 * Sources: RP2040 data sheet, 3 (PIO; 3.4 instructions, 3.5.6.3 synchronizers: what is read is from two cycles ago, and so from before the
 * edge that the same instruction makes; 3.7 registers), 2.5.3.1 (DREQ_PIO0_RX0), 2.19.6.3 (pads), 4.6 (timer); Philips, "I2S bus specification", 1996.
 */
#include "sound.h"

#include <stddef.h>

#include "../../../drivers/pdm.h"
#include "../../../drivers/value_ring.h"
#include "../interrupts.h"
#include "../link.h"
#include "../registers.h"
#include "dma_ring.h"

#define PIO 0x50200000
#define PIO_CTRL (PIO + 0x00)
#define PIO_RECEIVED (PIO + 0x20)
#define PIO_PROGRAM(i) (PIO + 0x48 + 4 * (i))
#define PIO_DIVIDER (PIO + 0xc8)
#define PIO_EXECUTION (PIO + 0xcc)
#define PIO_SHIFTING (PIO + 0xd0)
#define PIO_INSTRUCTION (PIO + 0xd8)
#define PIO_PINS (PIO + 0xdc)

enum { padOfInput = 1 << 7 | 1 << 6 | 1 << 1 };         /* no output, input, Schmitt trigger */
enum { resetPio = 1 << 10, requestPio = 4, functionPio = 6, firstAlarm = 1 << 0, timerInterrupt = 1 << 0 };
enum { runFirst = 1 << 0, restartFirst = 1 << 4, restartDivider = 1 << 8, wrapAt = 12, pushWhenFull = 1 << 16 };
#define JOIN_FOR_RECEIVING (1u << 31)
enum { sideCountAt = 29, setCountAt = 26, inAt = 15, sideAt = 10, setAt = 5 };
enum { cyclesOfSample = 128, wordsOfSample = 2, samplesAtOnce = 32, words = 256, guardWords = 8 };
enum { filterWords = sourceRawBytes / 4 - words };
enum { leastHertz = 8000, mostHertz = 48000 };

_Static_assert(sizeof(pdm_filter) <= 4 * filterWords, "what the raw bytes have room for");
_Static_assert(words % wordsOfSample == 0, "samples do not go round");

/* Instructions: what each does, and the clock (bit 0) and the word select (bit 1) while it does. */
enum { in = 0x4001, nothing = 0xa042, setX30 = 0xe03e, jumpWhileX = 0x0040, setOutputs = 0xe080 };
#define SIDE(COUNT, PINS) ((PINS) << (13 - (COUNT)))

typedef struct wiring
{
    uint16_t program[8];
    uint32_t length, outputs;
} wiring;

/* On the rising edge; on the falling one; and with a word select. */
static const wiring pdmLow = { { nothing | SIDE(1, 0), in | SIDE(1, 1) }, 2, 1 };
static const wiring pdmHigh = { { in | SIDE(1, 0), nothing | SIDE(1, 1) }, 2, 1 };
static const wiring i2s = {
    { setX30 | SIDE(2, 0), in | SIDE(2, 1), jumpWhileX | 1 | SIDE(2, 0), in | SIDE(2, 1),
      setX30 | SIDE(2, 2), in | SIDE(2, 3), jumpWhileX | 5 | SIDE(2, 2), in | SIDE(2, 3) }, 8, 2,
};

static const source_setup *setup;
static bool isPdm;
static pdm_filter *filter;
static uint32_t *ringOfWords;
static uint32_t periodMicros;
static uint32_t lookedAt, position, wordsAt;    /* when it was looked at the words, where they went then, and which comes next */
static uint32_t waiting;                        /* words */

static uint32_t timer_micros(void)
{
    return REG(TIMER_RAWL);
}

static bool is_pin(uint32_t pin)
{
    return pin < chipPins && !link_has_pin(pin);
}

static void start_pio(const wiring *how)
{
    const uint32_t outputs = how->outputs;
    SET(RESETS_RESET) = resetPio;
    CLEAR(RESETS_RESET) = resetPio;
    while (!(REG(RESETS_DONE) & resetPio)) {}
    for (uint32_t i = 0; i < how->length; i++) REG(PIO_PROGRAM(i)) = how->program[i];
    REG(PIO_DIVIDER) = (uint32_t) ((uint64_t) BOARD_CLOCK_HZ * 1000 * 256 / cyclesOfSample / setup->millihertz) << 8;
    REG(PIO_EXECUTION) = (how->length - 1) << wrapAt;
    REG(PIO_SHIFTING) = pushWhenFull | JOIN_FOR_RECEIVING;
    REG(PIO_PINS) = outputs << sideCountAt | outputs << setCountAt | setup->pin << inAt | setup->clock << sideAt | setup->clock << setAt;
    REG(PIO_INSTRUCTION) = setOutputs | ((1u << outputs) - 1);
    for (uint32_t i = 0; i < outputs; i++)
    {
        REG(GPIO_CTRL(setup->clock + i)) = functionPio;
        chip_connect_pad(setup->clock + i);
    }
    PADS_BANK0_PAD(setup->pin) = padOfInput;
    REG(GPIO_CTRL(setup->pin)) = functionPio;
}

static const char *sound_start(const source_setup *asked, const wiring *how)
{
    setup = asked;
    if (!is_pin(setup->pin) || !is_pin(setup->clock) || !is_pin(setup->clock + how->outputs - 1)
        || (setup->pin >= setup->clock && setup->pin < setup->clock + how->outputs)) return "pin";
    if (setup->channels != 1) return "channels";
    if (setup->millihertz < leastHertz * 1000 || setup->millihertz > mostHertz * 1000) return "rate";
    if (setup->shift > pdmMostShift) return "gain";

    filter = (pdm_filter *) (void *) setup->raw;
    ringOfWords = setup->raw + filterWords;
    pdm_begin(filter);
    value_ring_start(setup);
    waiting = wordsAt = position = 0;
    periodMicros = samplesAtOnce * 1000000000ull / setup->millihertz;
    start_pio(how);
    dma_ring_start(PIO_RECEIVED, requestPio, ringOfWords, words, dmaWord);
    lookedAt = timer_micros();
    REG(TIMER_ALARM(0)) = lookedAt + periodMicros;
    REG(TIMER_ENABLED) = firstAlarm;
    NVIC_ENABLE = timerInterrupt;
    REG(PIO_CTRL) = runFirst | restartFirst | restartDivider;
    return NULL;
}

static const char *pdm_start(const source_setup *asked)
{
    isPdm = true;
    return sound_start(asked, asked->right ? &pdmHigh : &pdmLow);
}

static const char *i2s_start(const source_setup *asked)
{
    isPdm = false;
    return sound_start(asked, &i2s);
}

/* ------------------------------------------------------------------------------------------------------- the handler */

/* The first bit of a slot is the last one of the slot before. */
static int16_t i2s_sample(const uint32_t pair[wordsOfSample])
{
    const int32_t value = (int32_t) (pair[setup->right ? 1 : 0] << 1) >> (16 - setup->shift);
    return (int16_t) (value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/*
 * Finds out how many words have been written. While interrupts were off the ring may have gone round: as often as comes nearest to the
 * time.
 */
static void look(void)
{
    const uint32_t now = timer_micros(), at = dma_ring_position(), ahead = (at + words - position) % words;
    const uint32_t expected = (now - lookedAt) / periodMicros * (samplesAtOnce * wordsOfSample);
    const uint32_t rounds = expected + words / 2 < ahead ? 0 : (expected + words / 2 - ahead) / words;
    waiting += ahead + rounds * words;
    position = at;
    lookedAt = now;
}

void timer_handler(void)
{
    REG(TIMER_RAISED) = firstAlarm;
    REG(TIMER_ALARM(0)) = timer_micros() + periodMicros;
    look();
    if (waiting > words - guardWords)
    {
        const uint32_t samples = (waiting - (words - guardWords) + wordsOfSample - 1) / wordsOfSample;
        waiting -= samples * wordsOfSample;
        wordsAt = (wordsAt + samples * wordsOfSample) % words;
        value_ring_skip(samples);
    }
    for (; waiting >= wordsOfSample; waiting -= wordsOfSample)
    {
        const uint32_t *const pair = ringOfWords + wordsAt;
        value_ring_put((uint16_t) (isPdm ? pdm_sample(filter, pair, setup->shift) : i2s_sample(pair)));
        wordsAt = (wordsAt + wordsOfSample) % words;
    }
}

static void sound_stop(void)
{
    REG(PIO_CTRL) = 0;
    REG(TIMER_ENABLED) = 0;
    REG(TIMER_ARMED) = firstAlarm;
    REG(TIMER_RAISED) = firstAlarm;
    dma_ring_stop();
}

const source rp2040_pdm = {
    .name = "pdm", .start = pdm_start, .available = value_ring_available, .take = value_ring_take, .lost = value_ring_lost,
    .ended = source_never_ends, .stop = sound_stop,
};

const source rp2040_i2s = {
    .name = "i2s", .start = i2s_start, .available = value_ring_available, .take = value_ring_take, .lost = value_ring_lost,
    .ended = source_never_ends, .stop = sound_stop,
};
