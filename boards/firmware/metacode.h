/*
 * The metacode that wasm3 compiles functions to. It is a cache: a function is compiled when it is first called, and may
 * be dropped while it is not needed, to be compiled again. docs/decisions/0007-ram-on-the-board.md.
 */
#ifndef WASMOTE_METACODE_H
#define WASMOTE_METACODE_H

#include "wasm3.h"
#include "m3_env.h"

/* A call that is running, and the one that it is made from. */
typedef struct metacode_call
{
    IM3Function function;
    struct metacode_call *outer;
} metacode_call;

/* The innermost call that is running, of those that `run` makes. */
extern metacode_call *metacode_running;

/*
 * Compiles every function of a loaded and linked module once and drops the metacode again, so that what cannot be
 * compiled is refused; but not a function that calls an import which is missing. `room`: bytes that the compiler's stack
 * has for blocks until the first run begins.
 */
M3Result metacode_open(IM3Module module, uint32_t room);

/* The module that was opened last. */
IM3Module metacode_module(void);

/* Slots of the operand stack that the longest chain of calls takes; 0 where that is not known. */
uint32_t metacode_stack_slots(void);

/* Compiles a function of the module, after making room for it. */
M3Result metacode_compile(IM3Function function);

/* Drops a function's metacode. It must not be running. */
void metacode_drop(IM3Function function);

/* As metacode_compile; the function is never dropped. */
M3Result metacode_keep(IM3Function function);

/*
 * To be called before every run, of which `root` is called first. Where metacode has been dropped since the module was
 * opened, all of it is but what is kept, so that every run begins with the same.
 */
void metacode_begin_run(IM3Function root);

#endif
