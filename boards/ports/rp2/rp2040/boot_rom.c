/*
 * The RP2040's boot ROM. Sources: RP2040 data sheet, 2.8.3 (table of functions at 0x14, their lookup at 0x18;
 * reset_usb_boot), 2.8.1 (the second-stage boot loader, which maps the flash; it depends on no address of its own),
 * 4.10.13 (SSI), 2.19.6 (OUTOVER of the flash's chip select); Winbond W25Q16JV data sheet, 8.2.19 (command 4Bh: unique ID).
 */
#include "../boot_rom.h"

#include <string.h>

#include "../flash.h"

enum { flashOrigin = 0x10000000, boot2Bytes = 256 };

/* Pointers of 16 bits in the boot ROM: symbols of the linker script. */
extern const uint16_t __rom_table, __rom_lookup;

static uint32_t boot2[boot2Bytes / 4];

void *boot_rom_function(uint32_t code)
{
    void *(*const lookup)(const uint16_t *, uint32_t) = (void *(*)(const uint16_t *, uint32_t)) (uintptr_t) __rom_lookup;
    return lookup ? lookup((const uint16_t *) (uintptr_t) __rom_table, code) : 0;
}

boot_rom_map *boot_rom_find_map(void)
{
    memcpy(boot2, (const void *) flashOrigin, boot2Bytes);
    return (boot_rom_map *) ((uintptr_t) boot2 | 1);
}

/* At once, with no GPIO that shows activity and with both interfaces of the loader. */
void boot_rom_start_usb_loader(void)
{
    void (*const start)(uint32_t gpioMask, uint32_t disabled) =
        (void (*)(uint32_t, uint32_t)) (uintptr_t) boot_rom_function(ROM_CODE('U', 'B'));
    if (start) start(0, 0);
}

#define SSI_SR (*(volatile uint32_t *) 0x18000028)
#define SSI_DR0 (*(volatile uint32_t *) 0x18000060)
#define CHIP_SELECT (*(volatile uint32_t *) 0x4001800c)

enum { uniqueIdCommand = 0x4b, bytesBefore = 5, idBytes = 8, receiverNotEmpty = 1 << 3, mostLooks = 100000 };
enum { selectBits = 3 << 8, selected = 2 << 8, deselected = 3 << 8 };

/*
 * Sends the command and takes the id behind as many bytes as it has: 1 of command and 4 of nothing. The boot ROM has left
 * the SSI sending and receiving single bytes.
 */
__attribute__((section(".ramtext"), noinline))
static void read_id(void *argument)
{
    uint8_t *const id = argument;
    const uint32_t unselected = CHIP_SELECT & ~(uint32_t) selectBits;
    CHIP_SELECT = unselected | selected;
    for (uint32_t i = 0; i < bytesBefore + idBytes; i++)
    {
        SSI_DR0 = i == 0 ? uniqueIdCommand : 0;
        for (uint32_t looks = 0; looks < mostLooks && !(SSI_SR & receiverNotEmpty); looks++) {}
        const uint8_t byte = (uint8_t) SSI_DR0;
        if (i >= bytesBefore) id[i - bytesBefore] = byte;
    }
    CHIP_SELECT = unselected | deselected;
    CHIP_SELECT = unselected;
}

void boot_rom_serial_number(uint8_t *serialNumber)
{
    memset(serialNumber, 0, idBytes);
    flash_unmapped(read_id, serialNumber);
}
