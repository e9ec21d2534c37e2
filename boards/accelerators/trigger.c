#include "signal.h"

/* Most runs that are counted. */
enum { mostRuns = 1 << 30 };

static int32_t first_highest(const float *scores, int32_t classes)
{
    int32_t highest = 0;
    for (int32_t i = 1; i < classes; i++) if (scores[i] > scores[highest]) highest = i;
    return highest;
}

void wasmote_trigger(const trigger_operation *of)
{
    const uint32_t chosen = of->highest ? (uint32_t) first_highest(of->scores, of->classes) : 0;
    int32_t silence = 0;
    for (int32_t i = 0; i < of->count; i++)
    {
        const trigger_rule *rule = &of->rules[i];
        trigger_state *state = &of->states[i];
        const float score = of->scores[rule->class];
        const bool lasts = state->lasts != 0;
        const bool passes = lasts ? !(score >= rule->off) : score >= rule->on && (!of->highest || chosen == rule->class);
        int32_t row = passes ? (int32_t) ((uint32_t) state->row + 1) : 0;
        if (row > mostRuns) row = mostRuns;
        const bool begins = !lasts && row >= rule->hold && state->wait == 0, ends = lasts && row >= rule->release;
        if (begins && of->together && rule->refractory > silence) silence = rule->refractory;
        of->levels[i] = score;
        of->events[i] = begins;
        of->active[i] = begins || (lasts && !ends);
        state->row = begins || ends ? 0 : row;
        state->lasts = begins || (lasts && !ends);
        const int32_t less = (int32_t) ((uint32_t) state->wait - 1);
        state->wait = begins ? rule->refractory : less > 0 ? less : 0;
    }
    for (int32_t i = 0; i < of->count; i++)
        if (!of->events[i] && of->states[i].wait < silence) of->states[i].wait = silence;
}
