/*
 * The memory protection unit. By the default memory map, addresses below 0x20000000 are cached memory, but peripherals of the whole
 * chip are among them, and those of the flash controllers are in 0x83000000; a store to MRAM writes it; and nobody has promised that
 * nothing is in front of the memory that the stack begins in.
 * Sources: Arm DDI 0553, Armv8-M Architecture Reference Manual (system address map; PMSAv8; MPU_TYPE to MPU_MAIR0);
 * alifsemi/alif_ensemble-cmsis-dfp, Device/common/source/mpu_M55.c, and micropython/micropython, ports/alif/mpu.c (which ranges
 * are peripherals).
 */
#include "protection.h"

#include "registers.h"

#define MPU_TYPE REG(0xe000ed90)
#define MPU_CTRL REG(0xe000ed94)
#define MPU_RNR REG(0xe000ed98)
#define MPU_RBAR REG(0xe000ed9c)
#define MPU_RLAR REG(0xe000eda0)
#define MPU_MAIR0 REG(0xe000edc0)

enum { enable = 1, alsoInFaults = 2, elseDefault = 4 };
enum { executeNever = 1, privilegedOnly = 0 << 1, readOnly = 2 << 1, regionEnable = 1, limitMask = ~31u };

/* Attributes by number: cached, written through, as the default memory map has MRAM; a peripheral (Device-nGnRE). */
enum { writeThrough = 0, peripheral = 1, attributes = 0xaa | 0x04 << 8 };

enum { stackLimit = 0, systemPeripherals = 1, flashControllers = 2, mram = 3, regionsUsed = 4 };

static void barrier(void)
{
    __asm__ volatile("dsb\n"
                     "isb" : : : "memory");
}

static void set_region(uint32_t number, uint32_t start, uint32_t bytes, uint32_t access, uint32_t attribute)
{
    MPU_RNR = number;
    MPU_RBAR = start | access;
    MPU_RLAR = ((start + bytes - 1) & (uint32_t) limitMask) | attribute << 1 | regionEnable;
}

void protection_start(void)
{
    barrier();
    MPU_CTRL = 0;
    MPU_MAIR0 = attributes;
    set_region(stackLimit, BOARD_RAM_ORIGIN - 0x1000, 0x1000, readOnly | executeNever, peripheral);
    set_region(systemPeripherals, 0x1a000000, 0x1000000, privilegedOnly | executeNever, peripheral);
    set_region(flashControllers, 0x83000000, 0x1000000, privilegedOnly | executeNever, peripheral);
    set_region(mram, mramOrigin, mramBytes, readOnly, writeThrough);
    for (uint32_t number = regionsUsed; number < (MPU_TYPE >> 8 & 0xff); number++)
    {
        MPU_RNR = number;                                   /* a reset leaves them as they were */
        MPU_RLAR = 0;
    }
    MPU_CTRL = elseDefault | alsoInFaults | enable;
    barrier();
}

void protection_let_write(bool writable)
{
    barrier();
    MPU_RNR = mram;
    MPU_RBAR = mramOrigin | (writable ? privilegedOnly : readOnly);
    barrier();
}
