/*
 * What a board family gives to the firmware: one set of these functions, and of those of line.h and flash.h, in
 * boards/ports/<family>.
 * No function allocates, and none waits for anything but its own hardware.
 */
#ifndef WASMOTE_PORT_H
#define WASMOTE_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "../link/line.h"
#include "../store/flash.h"

/* Of a port's flash_layout: the slots that the board's definition has. */
#define PORT_SLOTS                                                                              \
    .slotCount = BOARD_SLOT_COUNT,                                                              \
    .slots = {                                                                                  \
        { BOARD_SLOT_ADDRESS, BOARD_SLOT_BYTES },                                               \
        { BOARD_SLOT_ADDRESS + BOARD_SLOT_BYTES, BOARD_SLOT_BYTES },                            \
    }

/* Likewise: the log in the two sectors before the slots. */
#define PORT_RECORDS_BEFORE_SLOTS(sectorBytes)                                                  \
    .records = {                                                                                \
        { BOARD_SLOT_ADDRESS - 2 * (sectorBytes), sectorBytes },                                \
        { BOARD_SLOT_ADDRESS - (sectorBytes), sectorBytes },                                    \
    }

/* Likewise: the log of events in the two sectors before that one. */
#define PORT_EVENTS_BEFORE_RECORDS(sectorBytes)                                                 \
    .events = {                                                                                 \
        { BOARD_SLOT_ADDRESS - 4 * (sectorBytes), sectorBytes },                                \
        { BOARD_SLOT_ADDRESS - 3 * (sectorBytes), sectorBytes },                                \
    }

/* Clocks, UART, counter. Runs once, before anything else here. */
void port_init(void);

/* The next byte that has arrived, or -1. */
int port_getc(void);

/*
 * A counter that goes up, never down, as long as the board runs: BOARD_CLOCK_HZ units in a second, nominal where it counts
 * instructions.
 */
uint64_t port_counter(void);

/* What the counter counts: "instructions" or "cycles". */
const char *port_counter_unit(void);

/* Has port_reset start the boot loader that takes firmware. False where the port knows none. */
bool port_request_boot_loader(void);

/* Stores the chip's own number, which no other has. False where it has none, or the port does not know it. */
enum { portSerialBytes = 8 };
bool port_serial_number(uint8_t id[portSerialBytes]);

/* Why a guarded call ended. */
typedef enum guard_result
{
    guardReturned,      /* the function returned */
    guardLimit,         /* the limit was reached */
    guardFault,         /* the processor trapped: the C stack overflowed, or an access or instruction was bad */
} guard_result;

/*
 * Calls function(argument), and gives up on it once the counter has gone up by `limit` or the processor
 * faults. What the function was changing is then in an unknown state. Not to be nested.
 */
guard_result port_guarded_call(void (*function)(void *), void *argument, uint64_t limit);

/* Calls function(argument) with the stack pointer set to `stackEnd`, a multiple of 16, and sets it back. */
void port_call_on_stack(void (*function)(void *), void *argument, void *stackEnd);

#endif
