/*
 * Flash as the store sees it: ranges that are mapped into the address space for reading, and how they are erased and written.
 */
#ifndef WASMOTE_FLASH_H
#define WASMOTE_FLASH_H

#include <stdbool.h>
#include <stdint.h>

typedef struct flash_range
{
    uint32_t address;
    uint32_t length;
} flash_range;

enum { maxSlots = 2, recordSectors = 2, eventSectors = 2, mostWriteBytes = 32 };

/* How a board's flash is divided. Every range begins and ends at the border of an erasable sector. */
typedef struct flash_layout
{
    uint32_t slotCount;
    flash_range slots[maxSlots];        /* hold the models */
    flash_range records[recordSectors]; /* hold the log of what is in the slots */
    flash_range events[eventSectors];   /* hold the log of events (event_log.h); of no bytes where there is no room for it */
    uint32_t writeBytes;                /* writes begin and end at multiples of this power of 2; at most mostWriteBytes */
    /*
     * Whether a range that begins and ends at multiples of writeBytes can be read. NULL where all can: not where flash has
     * codes against errors, and the processor faults at what was being written or erased when power failed.
     */
    bool (*readable)(uint32_t address, uint32_t length);
} flash_layout;

/* The board's; a port has it (ports/port.h). */
extern const flash_layout port_flash;

/* Sets every byte of the range to 0xff. The range begins and ends at sector borders. False if that failed. */
bool port_flash_erase(uint32_t address, uint32_t length);

/*
 * Writes to erased flash. `address` and `length` are multiples of writeBytes; `data` may be unaligned.
 * False if the flash does not hold the data afterwards.
 */
bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length);

#endif
