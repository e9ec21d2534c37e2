#include "signal.h"

/* Most runs that are counted. */
enum { mostRuns = 1 << 30 };

/* Classes that stand before one: with a higher score, or an equal one and a lower number. */
static int32_t rank_of(const float *scores, int32_t classes, int32_t number)
{
    const float score = scores[number];
    int32_t rank = 0;
    for (int32_t i = 0; i < classes; i++) rank += scores[i] > score || (scores[i] == score && i < number);
    return rank;
}

void wasmote_trigger(const trigger_operation *of)
{
    int32_t silence = 0;
    for (int32_t i = 0; i < of->count; i++)
    {
        const trigger_rule *rule = &of->rules[i];
        trigger_state *state = &of->states[i];
        const float score = of->scores[rule->class];
        const bool lasts = state->lasts != 0;
        const bool passes = lasts ? !(score >= rule->off) : score >= rule->on
            && (of->highest == 0 || rank_of(of->scores, of->classes, (int32_t) rule->class) < of->highest);
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
