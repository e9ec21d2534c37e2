/*
 * What a board family gives to the firmware: one set of these functions in boards/ports/<family>.
 * No function allocates, and none waits for anything but its own hardware.
 */
#ifndef WASMOTE_PORT_H
#define WASMOTE_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* A range of flash, mapped into the address space for reading. */
typedef struct flash_range
{
    uint32_t address;
    uint32_t length;
} flash_range;

enum { maxSlots = 2, recordSectors = 2, mostWriteBytes = 32 };

/* How the board's flash is divided. Every range begins and ends at the border of an erasable sector. */
typedef struct flash_layout
{
    uint32_t slotCount;
    flash_range slots[maxSlots];        /* hold the models */
    flash_range records[recordSectors]; /* hold the log of what is in the slots */
    uint32_t writeBytes;                /* writes begin and end at multiples of this power of 2; at most mostWriteBytes */
    /*
     * Whether a range that begins and ends at multiples of writeBytes can be read. NULL where all can: not where flash has
     * codes against errors, and the processor faults at what was being written or erased when power failed.
     */
    bool (*readable)(uint32_t address, uint32_t length);
} flash_layout;

extern const flash_layout port_flash;

/* Clocks, UART, counter. Runs once, before anything else here. */
void port_init(void);

/* The next byte that has arrived, or -1. */
int port_getc(void);

/* Sends a byte; waits while the transmitter is full. */
void port_putc(uint8_t byte);

/* A counter that goes up, never down, as long as the board runs. */
uint64_t port_counter(void);

/* What the counter counts: "instructions" or "cycles". */
const char *port_counter_unit(void);

/* Units of the counter in a second; nominal where the counter counts instructions. */
uint32_t port_counter_hz(void);

/* Sets every byte of the range to 0xff. The range begins and ends at sector borders. False if that failed. */
bool port_flash_erase(uint32_t address, uint32_t length);

/*
 * Writes to erased flash. `address` and `length` are multiples of writeBytes; `data` may be unaligned.
 * False if the flash does not hold the data afterwards.
 */
bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length);

/* Has port_reset start the boot loader that takes firmware. False where the port knows none. */
bool port_request_boot_loader(void);

/* Restarts the board after the last byte was sent. */
_Noreturn void port_reset(void);

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
