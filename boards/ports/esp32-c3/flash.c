/*
 * Erasing and writing the ESP32-C3's flash by functions of its boot ROM. Meanwhile nothing may be read from flash: the
 * cache is suspended, and what runs is in the section .ramtext, called at its address on the instruction bus.
 *
 * Sources: ESP32-C3 Technical Reference Manual, 3.3.2 (internal memory on both buses), 3.3.3 (cache); addresses of the
 * boot ROM's functions: Espressif, ESP-IDF, components/esp_rom/esp32c3/ld/esp32c3.rom.ld.
 */
#include <string.h>

#include "../port.h"
#include "../watchdog.h"

enum { flashOrigin = 0x3c000000, sectorBytes = 4096, instructionBus = 0x700000, chunkWords = 64 };

const flash_layout port_flash = {
    PORT_SLOTS,
    PORT_RECORDS_BEFORE_SLOTS(sectorBytes),
    PORT_EVENTS_BEFORE_RECORDS(sectorBytes),
    .writeBytes = 4,
};

#define ROM_ERASE_SECTOR ((int (*)(uint32_t sector)) 0x40000128)
#define ROM_WRITE ((int (*)(uint32_t offset, const uint32_t *data, int32_t length)) 0x4000012c)
#define ROM_UNLOCK ((int (*)(void)) 0x40000140)
#define ROM_INVALIDATE_CACHE ((void (*)(void)) 0x400004d8)
#define ROM_SUSPEND_CACHE ((uint32_t (*)(void)) 0x40000524)
#define ROM_RESUME_CACHE ((void (*)(uint32_t)) 0x40000528)

typedef int change_function(uint32_t offset, const uint32_t *data, uint32_t length);

/* Erases the sector at `offset`, or writes `length` bytes to it if there is data. 0 if that went well. */
__attribute__((section(".ramtext"), noinline, used))
static int change(uint32_t offset, const uint32_t *data, uint32_t length)
{
    const uint32_t cache = ROM_SUSPEND_CACHE();
    int result = ROM_UNLOCK();
    if (result == 0) result = data ? ROM_WRITE(offset, data, (int32_t) length) : ROM_ERASE_SECTOR(offset / sectorBytes);
    ROM_INVALIDATE_CACHE();
    ROM_RESUME_CACHE(cache);
    return result;
}

static change_function *change_in_ram(void)
{
    return (change_function *) ((uintptr_t) change + instructionBus);
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    for (uint32_t at = address; at < address + length; at += sectorBytes)
    {
        port_watchdog_feed();
        if (change_in_ram()(at - flashOrigin, NULL, 0) != 0) return false;
    }
    for (uint32_t at = address; at < address + length; at += 4)
    {
        if (*(const volatile uint32_t *) (uintptr_t) at != 0xffffffff) return false;
    }
    return true;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    static uint32_t words[chunkWords];
    for (uint32_t done = 0, count; done < length; done += count)
    {
        count = length - done < sizeof words ? length - done : sizeof words;
        memcpy(words, data + done, count);
        if (change_in_ram()(address + done - flashOrigin, words, count) != 0) return false;
    }
    return memcmp((const void *) (uintptr_t) address, data, length) == 0;
}
