#include <string.h>

#include "signal.h"

void wasmote_frames(const frames_operation *of)
{
    const uint32_t hopBytes = of->hopBytes, historyBytes = of->historyBytes, frameBytes = of->frameBytes;
    const uint32_t fromHistory = smaller(frameBytes, historyBytes), added = smaller(hopBytes, historyBytes);
    const uint32_t keptBytes = historyBytes - added;
    const uint8_t *input = of->input;
    uint8_t *output = of->output, *history = of->history;
    const int32_t start = *of->countdown;
    int32_t wait = start;
    bool allValid = true;
    for (uint32_t row = 0; row < of->rows; row++, history += historyBytes)
    {
        wait = start;
        if (wait < 0)
        {
            for (uint32_t at = 0; at < historyBytes; at += hopBytes)
                memmove(history + at, input, smaller(hopBytes, historyBytes - at));
            wait = ~wait;
        }
        for (uint32_t hop = 0; hop < of->hops; hop++, input += hopBytes, output += frameBytes)
        {
            if (wait == 0)
            {
                memmove(output, history, fromHistory);
                memmove(output + fromHistory, input, frameBytes - fromHistory);
                wait = of->every;
            }
            else allValid = false;
            memmove(history, history + added, keptBytes);
            memmove(history + keptBytes, input + hopBytes - added, added);
            wait = (int32_t) ((uint32_t) wait - 1);
        }
    }
    *of->countdown = wait;
    *of->valid = allValid;
}
