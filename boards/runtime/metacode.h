/*
 * The metacode that wasm3 compiles functions to. It is a cache: a function is compiled when it is first called, and may
 * be dropped while it is not needed, to be compiled again. docs/decisions/0007-ram-on-the-board.md.
 */
#ifndef WASMOTE_METACODE_H
#define WASMOTE_METACODE_H

#include <stdbool.h>
#include <stdint.h>

#include "call_graph.h"
#include "../abi/wasmote_config.h"
#include "wasm3.h"
#include "m3_env.h"

/* What is kept of a function. */
typedef struct metacode_entry
{
    IM3CodePage pages;              /* the function begins at the start of the first; NULL if it is not compiled */
    uint32_t bytes : 16;            /* of its page and constants when compiled */
    uint32_t nesting : 10;          /* stack that the compiler takes for its blocks, in units; 0 if not known */
    uint32_t loops : 5;             /* around a call, at most; mostLoops: so many or more */
    uint32_t kept : 1;
} metacode_entry;

/* The metacode of a module. */
typedef struct metacode
{
    IM3Module module;
    uint32_t count;
    metacode_entry *entries;        /* of all functions of the module */
    function_set *callees;          /* of all functions; NULL where that is not known, or not asked for: nothing is dropped */
    IM3Function root;               /* what was called first in this run; NULL while the model is loaded */
    uint32_t roomAtLoad;            /* of the compiler's stack, for blocks */
    uint32_t stackSlots;            /* of the operand stack that the longest chain of calls takes; 0 where that is not known */
    function_set staying;           /* dropped for want of memory alone: chosen once, so that every run begins with the same */
    bool dropped;
    bool pagesAreExact;             /* whether a page that is made now has the very size that is asked for */
} metacode;

/*
 * Compiles every function of a loaded and linked module once and drops the metacode again, so that what cannot be
 * compiled is refused; but not a function that calls an import which is missing. `run` and `reset`, which may be NULL: what will
 * be called. `room`: bytes that the compiler's stack has for blocks until the first run begins. `stackBytes`: of linear memory, from
 * its start on, which are that stack; nothing else uses it yet, and its contents are lost.
 */
M3Result metacode_open(IM3Module module, IM3Function run, IM3Function reset, uint32_t room, uint32_t stackBytes);

/* Compiles a function of the module, after making room for it. */
M3Result metacode_compile(IM3Function function);

/* Drops a function's metacode. It must not be running. */
void metacode_drop(IM3Function function);

/* As metacode_compile; the function is never dropped. */
M3Result metacode_keep(IM3Function function);

/*
 * Chooses the functions that stay once they are compiled: the largest of those that `run` calls, with all that they call, as long as
 * each of the others still finds room beside them, and `reset`, which may be NULL. Without a limit, or a call graph, none is chosen.
 */
void metacode_choose_staying(IM3Function run, IM3Function reset);

/*
 * Compiles what a function may call, by way of others too, as far as there is memory and the call graph is known. Where that is all of
 * it, with room for `reset`, which may be NULL, nothing is dropped any more.
 */
void metacode_compile_ahead(IM3Function root, IM3Function reset);

/*
 * To be called before every run, of which `root` is called first. Where metacode has been dropped since the module was
 * opened, all of it is but what is kept or stays, so that every run begins with the same.
 */
void metacode_begin_run(IM3Function root);

#endif
