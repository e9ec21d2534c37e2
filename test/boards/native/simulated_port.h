/*
 * What a port gives to the firmware, on this machine: an arena, a line that keeps what is sent, and a counter. A program has
 * port_reset itself.
 */
#ifndef SIMULATED_PORT_H
#define SIMULATED_PORT_H

#include <stdint.h>

#include "drivers/action.h"
#include "drivers/source.h"

enum { boardArenaBytes = 262144 };
extern uint8_t board_arena[boardArenaBytes];

extern uint8_t sentLine[8192];
extern uint32_t sentLength;

/* Where the counter is; it goes up by 10 with each look. */
extern uint64_t portCount;

/* Pins that are high, and those that were set at all: pins from simulatedPins on are not there. */
enum { simulatedPins = 8 };
extern uint32_t pinsHigh, pinsSet;

/* The port's only source, or NULL. */
extern const source *simulatedSource;

/* The only action of the firmware's builder, or NULL. */
extern const action *simulatedAction;

#endif
