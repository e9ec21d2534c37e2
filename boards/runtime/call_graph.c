#include "call_graph.h"

#include <stdbool.h>

function_set call_graph_reach(const function_set *callees, uint32_t count, function_set from)
{
    function_set reached = from, before;
    do
    {
        before = reached;
        for (uint32_t i = 0; i < count; i++)
            if (reached >> i & 1) reached |= callees[i];
    }
    while (reached != before);
    return reached;
}

/* Whether all functions that a function calls are in the set. */
static bool is_ready(function_set callees, function_set done)
{
    return !(callees & ~done);
}

uint32_t call_graph_longest_chain(const function_set *callees, uint32_t *weights, uint32_t count, function_set from)
{
    const function_set all = call_graph_reach(callees, count, from);
    function_set done = 0, before;
    uint32_t longest = 0;
    do
    {
        before = done;
        for (uint32_t i = 0; i < count; i++)
        {
            if (!(all >> i & 1) || done >> i & 1 || !is_ready(callees[i], done)) continue;
            uint32_t most = 0;
            for (uint32_t c = 0; c < count; c++)
                if (callees[i] >> c & 1 && weights[c] > most) most = weights[c];
            weights[i] += most;
            if (weights[i] > longest) longest = weights[i];
            done |= function_set_of(i);
        }
    }
    while (done != before);
    return done == all ? longest : 0;
}
