/*
 * STM32L4R5 on NUCLEO-L4R5ZI: LPUART1 on PG7 (transmit) and PG8 (receive), which the board's ST-LINK shows as a serial
 * port; 120 MHz from the internal 16 MHz oscillator. Built and inspected, not run.
 * Sources: ST RM0432, 3.3 (flash: two banks of 4 KiB pages, wait states, 64-bit programming), 5.1-5.4 (power: boost mode,
 * VDDIO2), 6.2-6.4 (clocks), 52 (LPUART); DS12023 (memory map, alternate functions); UM2179, 6.10 (serial port of the
 * ST-LINK).
 *
 * Flash has a code against errors for each 64 bits: those that were being written when power failed raise a non-maskable
 * interrupt where they are read (RM0432, 3.3.4).
 */
#include "../port.h"

#include <string.h>

#include "../cortex-m/cortex_m.h"
#include "../stm32/counter.h"
#include "../stm32/gpio.h"
#include "../stm32/usart.h"
#include "../watchdog.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define PWR_CR2 REG(0x40007004)
#define PWR_CR5 REG(0x40007080)
#define RCC_CR REG(0x40021000)
#define RCC_CFGR REG(0x40021008)
#define RCC_PLLCFGR REG(0x4002100c)
#define RCC_AHB2ENR REG(0x4002104c)
#define RCC_APB1ENR1 REG(0x40021058)
#define RCC_APB1ENR2 REG(0x4002105c)
#define RCC_CCIPR REG(0x40021088)
#define FLASH_ACR REG(0x40022000)
#define FLASH_KEYR REG(0x40022008)
#define FLASH_SR REG(0x40022010)
#define FLASH_CR REG(0x40022014)
#define FLASH_ECCR REG(0x40022018)

enum { hsiHz = 16000000, flashOrigin = 0x08000000, pageBytes = 4096, pagesOfBank = 256 };
enum { gpioA = 0x48000000, portG = 6, transmitPin = 16 * portG + 7, receivePin = 16 * portG + 8, alternateLpuart = 8 };
enum { lpuart1 = 0x40008000, lpuart1Interrupt = 70 };
enum { hsiOn = 1 << 8, hsiReady = 1 << 10, pllOn = 1 << 24, pllReady = 1 << 25 };
enum { flashProgram = 1, flashPageErase = 2, flashBank2 = 1 << 11, flashStart = 1 << 16, flashBusy = 1 << 16,
       flashErrors = 0x43fa, flashDataCache = 1 << 10, flashDataCacheReset = 1 << 12 };
#define FLASH_LOCK (1u << 31)
#define FLASH_DOUBLE_ERROR (1u << 31)

static bool readable(uint32_t address, uint32_t length);

const flash_layout port_flash = {
    PORT_SLOTS,
    PORT_RECORDS_BEFORE_SLOTS(pageBytes),
    PORT_EVENTS_BEFORE_RECORDS(pageBytes),
    .writeBytes = 8,
    .readable = readable,
};

/* 16 MHz / 2 * 30 / 2. Above 80 MHz the AHB clock is halved while the system clock is switched to the PLL. */
static void start_clocks(void)
{
    RCC_CR |= hsiOn;
    while (!(RCC_CR & hsiReady)) {}
    RCC_APB1ENR1 |= 1 << 28 | 1;                            /* PWR, TIM2 */
    PWR_CR5 &= ~(1u << 8);                                  /* range 1, boost */
    FLASH_ACR = 5 | 1 << 8 | 1 << 9 | flashDataCache;       /* 5 wait states, prefetch, caches */
    while ((FLASH_ACR & 15) != 5) {}
    RCC_PLLCFGR = 2 | (2 - 1) << 4 | 30 << 8 | 1 << 24 | 0 << 25;
    RCC_CR |= pllOn;
    while (!(RCC_CR & pllReady)) {}
    RCC_CFGR = 8 << 4 | 3;                                  /* AHB by 2, PLL */
    while ((RCC_CFGR >> 2 & 3) != 3) {}
    for (volatile uint32_t i = 0; i < 120; i++) {}          /* at least 1 us */
    RCC_CFGR = 3;
}

/* What a low-power UART's clock is divided by, in 256ths. */
static uint32_t lpuart_divisor(void)
{
    return (uint32_t) (((uint64_t) hsiHz * 256 + BOARD_BAUD / 2) / BOARD_BAUD);
}

void port_init(void)
{
    start_clocks();
    PWR_CR2 |= 1 << 9;                                      /* VDDIO2 feeds PG2-PG15 */
    RCC_AHB2ENR |= 1 << portG;
    RCC_APB1ENR2 |= 1;                                      /* LPUART1 */
    RCC_CCIPR = (RCC_CCIPR & ~(3u << 10)) | 2 << 10;        /* its clock: 16 MHz */
    gpio_alternate(gpioA, transmitPin, alternateLpuart);
    gpio_alternate(gpioA, receivePin, alternateLpuart);
    usart_start(lpuart1, lpuart_divisor(), lpuart1Interrupt);
    counter_begin();
    counter_start(1);
}

static bool flash_ready(void)
{
    while (FLASH_SR & flashBusy) {}
    return !(FLASH_SR & flashErrors);
}

static bool flash_unlock(void)
{
    if (FLASH_CR & FLASH_LOCK)
    {
        FLASH_KEYR = 0x45670123;
        FLASH_KEYR = 0xcdef89ab;
    }
    FLASH_SR = flashErrors;
    return flash_ready();
}

static volatile bool looking, foundError;

bool cortex_m_take_nmi(void)
{
    if (!looking || !(FLASH_ECCR & FLASH_DOUBLE_ERROR)) return false;
    foundError = true;
    FLASH_ECCR |= FLASH_DOUBLE_ERROR;                       /* clears it */
    return true;
}

static bool readable(uint32_t address, uint32_t length)
{
    looking = true;
    foundError = false;
    for (uint32_t at = address; at < address + length; at += 8) (void) REG(at);
    __asm__ volatile("dsb\n"
                     "isb" : : : "memory");
    looking = false;
    return !foundError;
}

/* What the data cache holds of the flash may be old. */
static void flash_lock(void)
{
    FLASH_CR = FLASH_LOCK;
    FLASH_ACR &= ~(uint32_t) flashDataCache;
    FLASH_ACR |= flashDataCacheReset;
    FLASH_ACR &= ~(uint32_t) flashDataCacheReset;
    FLASH_ACR |= flashDataCache;
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    bool good = flash_unlock();
    for (uint32_t at = address; good && at < address + length; at += pageBytes)
    {
        port_watchdog_feed();
        const uint32_t number = (at - flashOrigin) / pageBytes;
        const uint32_t bank = number >= pagesOfBank ? flashBank2 : 0;
        FLASH_CR = flashPageErase | bank | (number % pagesOfBank) << 3;
        FLASH_CR |= flashStart;
        good = flash_ready();
    }
    flash_lock();
    for (uint32_t at = address; good && at < address + length; at += 4) good = REG(at) == 0xffffffff;
    return good;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    bool good = flash_unlock();
    FLASH_CR = flashProgram;
    for (uint32_t i = 0; good && i < length; i += 8)
    {
        uint32_t words[2];
        memcpy(words, data + i, sizeof words);
        if (REG(address + i) == words[0] && REG(address + i + 4) == words[1]) continue;     /* it is written only once */
        REG(address + i) = words[0];
        __asm__ volatile("isb");
        REG(address + i + 4) = words[1];
        good = flash_ready();
    }
    flash_lock();
    return good && memcmp((const void *) (uintptr_t) address, data, length) == 0;
}
