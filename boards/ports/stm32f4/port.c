/*
 * STM32F405. Sources: ST RM0090 (3.5-3.6 flash, 7.3 clocks, 8 GPIO, 18 TIM2, 30 USART), DS8626 (memory map);
 * Armv7-M Architecture Reference Manual, C1.8 (DWT).
 *
 * QEMU's netduinoplus2 has no flash controller, no DWT, and clocks that need not be set: writes to flash fail there,
 * and the counter is TIM2, which QEMU drives at 1 GHz. With `-icount shift=0` it counts instructions.
 */
#include "../port.h"

#include <string.h>

#include "../cortex-m/cortex_m.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define RCC_CR REG(0x40023800)
#define RCC_PLLCFGR REG(0x40023804)
#define RCC_CFGR REG(0x40023808)
#define RCC_AHB1ENR REG(0x40023830)
#define RCC_APB1ENR REG(0x40023840)
#define RCC_APB2ENR REG(0x40023844)
#define GPIOA_MODER REG(0x40020000)
#define GPIOA_AFRH REG(0x40020024)
#define USART1_SR REG(0x40011000)
#define USART1_DR REG(0x40011004)
#define USART1_BRR REG(0x40011008)
#define USART1_CR1 REG(0x4001100c)
#define FLASH_ACR REG(0x40023c00)
#define FLASH_KEYR REG(0x40023c04)
#define FLASH_SR REG(0x40023c0c)
#define FLASH_CR REG(0x40023c10)
#define TIM2_CR1 REG(0x40000000)
#define TIM2_CNT REG(0x40000024)
#define TIM2_ARR REG(0x4000002c)
#define DEMCR REG(0xe000edfc)
#define DWT_CTRL REG(0xe0001000)
#define DWT_CYCCNT REG(0xe0001004)

enum { hsiHz = 16000000, patience = 2000000, emulatedTimerHz = 1000000000 };
enum { crHseOn = 1 << 16, crHseReady = 1 << 17, crPllOn = 1 << 24, crPllReady = 1 << 25 };
enum { usartRxNotEmpty = 1 << 5, usartTxEmpty = 1 << 7, usartComplete = 1 << 6 };
enum { flashBusy = 1 << 16, flashErrors = 0xf2, flashProgram = 1, flashSectorErase = 2, flashByWord = 2 << 8, flashStart = 1 << 16 };
#define FLASH_LOCK (1u << 31)

static bool emulated;

/*
 * Sectors 0-3 have 16 KiB, 4 has 64, 5-11 have 128. The vectors are in sector 0, the log in 1 and 2, the firmware
 * from 3 on (memory.ld.in), the slots in 6-8 and 9-11.
 */
const flash_layout port_flash = {
    .slotCount = BOARD_SLOT_COUNT,
    .slots = {
        { BOARD_SLOT_ADDRESS, BOARD_SLOT_BYTES },
        { BOARD_SLOT_ADDRESS + BOARD_SLOT_BYTES, BOARD_SLOT_BYTES },
    },
    .records = { { 0x08004000, 0x4000 }, { 0x08008000, 0x4000 } },
    .writeBytes = 4,
};

static bool wait_for(volatile uint32_t *reg, uint32_t bits)
{
    for (uint32_t i = 0; i < patience; i++) if ((*reg & bits) == bits) return true;
    return false;
}

/* 168 MHz from the crystal (25 MHz on this board) by way of the PLL: 25 / 25 * 336 / 2. False if it does not start. */
static bool start_clocks(void)
{
    RCC_CR |= crHseOn;
    if (!wait_for(&RCC_CR, crHseReady)) return false;
    RCC_PLLCFGR = 25 | 336 << 6 | 0 << 16 | 1 << 22 | 7 << 24;
    RCC_CR |= crPllOn;
    if (!wait_for(&RCC_CR, crPllReady)) return false;
    FLASH_ACR = 5 | 1 << 8 | 1 << 9 | 1 << 10;              /* 5 wait states, prefetch, caches */
    RCC_CFGR = 5 << 10 | 4 << 13 | 2;                       /* APB1 by 4, APB2 by 2, PLL */
    return wait_for(&RCC_CFGR, 2 << 2);
}

void port_init(void)
{
    DEMCR |= 1 << 24;
    DWT_CTRL |= 1;
    const uint32_t before = DWT_CYCCNT;
    for (volatile uint32_t i = 0; i < 8; i++) {}
    emulated = DWT_CYCCNT == before;

    const uint32_t usartHz = !emulated && start_clocks() ? BOARD_CLOCK_HZ / 2 : hsiHz;
    RCC_AHB1ENR |= 1;                                       /* GPIOA */
    RCC_APB1ENR |= 1;                                       /* TIM2 */
    RCC_APB2ENR |= 1 << 4;                                  /* USART1 */
    GPIOA_MODER = (GPIOA_MODER & ~(0xfu << 18)) | 0xau << 18;   /* PA9, PA10: alternate function 7 */
    GPIOA_AFRH = (GPIOA_AFRH & ~0xff0u) | 0x770;
    USART1_BRR = (usartHz + BOARD_BAUD / 2) / BOARD_BAUD;
    USART1_CR1 = 1 << 13 | 1 << 3 | 1 << 2;
    if (emulated)
    {
        TIM2_ARR = 0xffffffff;
        TIM2_CR1 = 1;
    }
}

int port_getc(void)
{
    return USART1_SR & usartRxNotEmpty ? (int) (USART1_DR & 0xff) : -1;
}

void port_putc(uint8_t byte)
{
    while (!(USART1_SR & usartTxEmpty)) {}
    USART1_DR = byte;
}

/* Right as long as it is called once in 2^32 units. */
uint64_t port_counter(void)
{
    static uint32_t last;
    static uint64_t total;
    const uint32_t now = emulated ? TIM2_CNT : DWT_CYCCNT;
    total += (uint32_t) (now - last);
    last = now;
    return total;
}

const char *port_counter_unit(void)
{
    return emulated ? "instructions" : "cycles";
}

uint32_t port_counter_hz(void)
{
    return BOARD_CLOCK_HZ;
}

uint64_t cortex_m_limit_ticks(uint64_t units)
{
    return emulated ? units / (emulatedTimerHz / 1000000) * (BOARD_CLOCK_HZ / 1000000) + 168 : units + 1;
}

void cortex_m_before_reset(void)
{
    for (uint32_t i = 0; i < patience && !(USART1_SR & usartComplete); i++) {}
}

static bool flash_ready(void)
{
    for (uint32_t i = 0; i < 200 * patience / 10; i++) if (!(FLASH_SR & flashBusy)) return !(FLASH_SR & flashErrors);
    return false;
}

static void flash_unlock(void)
{
    if (FLASH_CR & FLASH_LOCK)
    {
        FLASH_KEYR = 0x45670123;
        FLASH_KEYR = 0xcdef89ab;
    }
    FLASH_SR = flashErrors;
}

/* Number of the sector at an address, and its length. */
static uint32_t sector_at(uint32_t address, uint32_t *length)
{
    const uint32_t offset = address - 0x08000000;
    *length = offset < 0x10000 ? 0x4000 : offset < 0x20000 ? 0x10000 : 0x20000;
    return offset < 0x10000 ? offset / 0x4000 : offset < 0x20000 ? 4 : 4 + offset / 0x20000;
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    uint32_t sectorLength;
    flash_unlock();
    bool good = flash_ready();
    for (uint32_t at = address; good && at < address + length; at += sectorLength)
    {
        const uint32_t sector = sector_at(at, &sectorLength);
        FLASH_CR = flashSectorErase | flashByWord | sector << 3;
        FLASH_CR |= flashStart;
        good = flash_ready();
    }
    FLASH_CR = FLASH_LOCK;
    for (uint32_t at = address; good && at < address + length; at += 4) good = REG(at) == 0xffffffff;
    return good;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    flash_unlock();
    bool good = flash_ready();
    FLASH_CR = flashProgram | flashByWord;
    for (uint32_t i = 0; good && i < length; i += 4)
    {
        uint32_t word;
        memcpy(&word, data + i, sizeof word);
        if (REG(address + i) == word) continue;
        REG(address + i) = word;
        good = flash_ready();
    }
    FLASH_CR = FLASH_LOCK;
    return good && memcmp((const void *) (uintptr_t) address, data, length) == 0;
}
