/*
 * Which functions of a module call which.
 */
#ifndef WASMOTE_CALL_GRAPH_H
#define WASMOTE_CALL_GRAPH_H

#include <stdint.h>

#include "../abi/abi.h"

/* A set of functions, a bit for each index. */
typedef uint64_t function_set;

_Static_assert(8 * sizeof(function_set) == callGraphFunctions, "a bit for each function");

static inline function_set function_set_of(uint32_t index) { return (function_set) 1 << index; }

/* `from` with everything that it calls, by way of others too. callees[i]: what function i calls itself. */
function_set call_graph_reach(const function_set *callees, uint32_t count, function_set from);

/*
 * The largest sum of weights along a chain of calls that begins with one of `from`; weights[i] is function i's, and becomes the
 * largest sum of the chains that begin with it. 0 where a function of them may call itself.
 */
uint32_t call_graph_longest_chain(const function_set *callees, uint32_t *weights, uint32_t count, function_set from);

#endif
