/*
 * How RAM is divided: from its start the C stack and static data, then the memory of the model. These are symbols of the
 * linker script; the probe (boards/probe), which has none, defines the names below before.
 */
#ifndef WASMOTE_LAYOUT_H
#define WASMOTE_LAYOUT_H

#include <stdint.h>

#ifndef LAYOUT_ARENA_START
extern uint8_t __ram_start[], __stack_start[], __arena_start[], __arena_end[];

/* The lowest address of the C stack. */
#define LAYOUT_STACK_START __stack_start
/* Static data and stacks, in bytes. */
#define LAYOUT_FIXED_BYTES ((uint32_t) (__arena_start - __ram_start))
/* The borders of the model's memory, aligned to 8 bytes. */
#define LAYOUT_ARENA_START __arena_start
#define LAYOUT_ARENA_END __arena_end
#endif

#endif
