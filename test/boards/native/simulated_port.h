/*
 * What a port gives to the firmware, on this machine: an arena, a line that keeps what is sent, and a counter. A program has
 * port_reset itself.
 */
#ifndef SIMULATED_PORT_H
#define SIMULATED_PORT_H

#include <stdint.h>

enum { boardArenaBytes = 262144 };
extern uint8_t board_arena[boardArenaBytes];

extern uint8_t sentLine[8192];
extern uint32_t sentLength;

/* Where the counter is; it goes up by 10 with each look. */
extern uint64_t portCount;

#endif
