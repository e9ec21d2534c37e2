/*
 * The chip's own number: of the 96 bits at STM32_UID (port.cmake), which are a place on a wafer, a wafer and a lot, the first of their SHA-256.
 * Emulators know nothing there. Sources: ST RM0090, 39.1; RM0383, 24.1; RM0390, 34.1; RM0432, 58.1; RM0433, 61.1.
 */
#include <string.h>

#include "../../formats/sha256.h"
#include "../port.h"

enum { uidBytes = 12 };

static void read_uid(void *bytes)
{
    const volatile uint32_t *words = (const volatile uint32_t *) STM32_UID;
    for (uint32_t i = 0; i < uidBytes / 4; i++) ((uint32_t *) bytes)[i] = words[i];
}

bool port_serial_number(uint8_t id[portSerialBytes])
{
    uint32_t uid[uidBytes / 4];
    uint8_t hash[sha256Bytes];
    if (port_guarded_call(read_uid, uid, BOARD_CLOCK_HZ) != guardReturned) return false;
    sha256((const uint8_t *) uid, uidBytes, hash);
    memcpy(id, hash, portSerialBytes);
    return true;
}
