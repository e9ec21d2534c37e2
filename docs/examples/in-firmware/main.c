/*
 * Two models in one program, each in memory of its own: digits and keywords. A run of one is given a limit that it cannot
 * keep, and the model is used again afterwards.
 *
 * On a microcontroller the same calls stand in the firmware's loop: the samples come from its sensors, the counter from its
 * timer (SysTick, DWT's cycles, esp_timer_get_time), and what is printed here goes where its text goes.
 */
#include <stdio.h>
#include <time.h>

#include "digits.h"
#include "keywords.h"
#include "wasmote.h"

enum { SIDE = 28, DIGITS = 10, FEATURES = 240, KEYWORDS = 7 };

static uint8_t digits_memory[DIGITS_MEMORY_BYTES] __attribute__((aligned(8)));
static uint8_t keywords_memory[KEYWORDS_MEMORY_BYTES] __attribute__((aligned(8)));

/* Counts microseconds of the processor's time. */
static uint64_t microseconds(void)
{
    return (uint64_t) clock() * 1000000u / CLOCKS_PER_SEC;
}

/* Counts how often it was asked: with a limit of 1, a run is given up where it looks at the counter the second time. */
static uint64_t calls(void)
{
    static uint64_t count;
    return ++count;
}

/* Draws a digit: an upright stroke, which is a one. */
static void draw_one(float picture[SIDE * SIDE])
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) picture[y * SIDE + x] = y >= 4 && y < 24 && x >= 13 && x < 16 ? 1.0f : 0.0f;
}

/* Writes a sample into a model's first input, runs it, and reads its first output. The model goes on after WASMOTE_LIMIT. */
static wasmote_status infer(wasmote *model, const float *sample, uint32_t count, float *scores, uint32_t classes)
{
    wasmote_tensor input, output;
    wasmote_status status = wasmote_input(model, 0, &input);
    if (!status) status = wasmote_write_reals(&input, sample, count);
    if (!status) status = wasmote_run(model);
    if (!status) status = wasmote_output(model, 0, &output);
    if (!status) status = wasmote_read_reals(&output, scores, classes);
    return status;
}

static void print(const char *name, wasmote_status status, const float *scores, uint32_t classes)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < classes; i++)
        if (scores[i] > scores[best]) best = i;
    if (status) printf("%s: %s\n", name, wasmote_status_text(status));
    else printf("%s: class %u, %.3f\n", name, (unsigned) best, (double) scores[best]);
}

/* Runs digits where every run is given up, to show that the status tells it and that the model is there afterwards. */
static wasmote_status run_limited(const float *picture, float *scores)
{
    const wasmote_options options = { .stackBytes = DIGITS_STACK_BYTES, .counter = calls };
    wasmote *model;
    wasmote_needs needs;
    wasmote_status status = wasmote_needs_of(digits, DIGITS_BYTES, &needs);
    if (!status) status = wasmote_open(&model, digits_memory, sizeof digits_memory, digits, DIGITS_BYTES, &options);
    if (status) return status;
    const wasmote_status limited = wasmote_run_steps(model, 0, needs.steps, 1);
    printf("digits with a limit of 1: %s\n", wasmote_status_text(limited));
    status = infer(model, picture, SIDE * SIDE, scores, DIGITS);
    print("digits afterwards", status, scores, DIGITS);
    wasmote_close(model);
    return limited == WASMOTE_LIMIT ? status : WASMOTE_BAD_ARGUMENT;
}

/* Opens both models, and runs them by turns. */
static wasmote_status run_both(const float *picture, float *scores)
{
    static const float silence[FEATURES];
    const uint64_t aSecond = 1000000;
    const wasmote_options digitsOptions = { .stackBytes = DIGITS_STACK_BYTES, .counter = microseconds, .limit = aSecond };
    const wasmote_options keywordsOptions = { .stackBytes = KEYWORDS_STACK_BYTES, .counter = microseconds, .limit = aSecond };
    wasmote *first = NULL, *second = NULL;

    wasmote_status status =
        wasmote_open(&first, digits_memory, sizeof digits_memory, digits, DIGITS_BYTES, &digitsOptions);
    if (!status)
        status = wasmote_open(&second, keywords_memory, sizeof keywords_memory, keywords, KEYWORDS_BYTES, &keywordsOptions);
    for (int turn = 0; turn < 2 && !status; turn++)
    {
        status = infer(first, picture, SIDE * SIDE, scores, DIGITS);
        print("digits", status, scores, DIGITS);
        if (!status) status = infer(second, silence, FEATURES, scores, KEYWORDS);
        print("keywords", status, scores, KEYWORDS);
    }
    if (status) printf("ended: %s\n", wasmote_status_text(status));
    wasmote_close(second);
    wasmote_close(first);
    return status;
}

int main(void)
{
    static float picture[SIDE * SIDE], scores[DIGITS];
    draw_one(picture);
    if (run_both(picture, scores) || run_limited(picture, scores)) return 1;
    return 0;
}
