/*
 * Nordic nRF52840 and nRF52833: the UART on the pins that the board's file names (32 * port + pin), 64 MHz.
 * Built and inspected, not run.
 * Sources: nRF52840 Product Specification, 4.2 (memory), 4.3 (NVMC), 5.4 (clock control), 6.30 (timer), 6.33 (UART);
 * nRF52833 Product Specification, the same chapters.
 *
 * The counter counts cycles: DWT's cycle counter is the lower half, TIMER0 at 31.25 kHz tells the upper one.
 */
#include "port.h"

#include <string.h>

#include "cortex_m.h"
#include "cycles.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define CLOCK_HFCLKSTART REG(0x40000000)
#define CLOCK_HFCLKSTAT REG(0x4000040c)
#define UART_STARTRX REG(0x40002000)
#define UART_STARTTX REG(0x40002008)
#define UART_RXDRDY REG(0x40002108)
#define UART_TXDRDY REG(0x4000211c)
#define UART_ENABLE REG(0x40002500)
#define UART_PSELTXD REG(0x4000250c)
#define UART_PSELRXD REG(0x40002514)
#define UART_RXD REG(0x40002518)
#define UART_TXD REG(0x4000251c)
#define UART_BAUDRATE REG(0x40002524)
#define TIMER_START REG(0x40008000)
#define TIMER_STOP REG(0x40008004)
#define TIMER_CLEAR REG(0x4000800c)
#define TIMER_CAPTURE REG(0x40008040)
#define TIMER_BITMODE REG(0x40008508)
#define TIMER_PRESCALER REG(0x40008510)
#define TIMER_CC REG(0x40008540)
#define NVMC_READY REG(0x4001e400)
#define NVMC_CONFIG REG(0x4001e504)
#define NVMC_ERASEPAGE REG(0x4001e508)
#define GPIO_PIN_CNF(pin) REG(((pin) < 32 ? 0x50000700 : 0x50000a00) + 4 * ((pin) % 32))
#define GPIO_OUTSET(pin) REG((pin) < 32 ? 0x50000508 : 0x50000808)

enum { pageBytes = 4096, timerPrescaler = 9, cyclesPerTick = 4 << timerPrescaler };
enum { crystalRuns = 1 << 16 | 1 };
enum { nvmcRead = 0, nvmcWrite = 1, nvmcErase = 2 };

_Static_assert(BOARD_CLOCK_HZ == 64000000, "the only clock there is");
_Static_assert(BOARD_BAUD == 115200, "the value written to UART_BAUDRATE");

static bool sending;

const flash_layout port_flash = {
    .slotCount = BOARD_SLOT_COUNT,
    .slots = {
        { BOARD_SLOT_ADDRESS, BOARD_SLOT_BYTES },
        { BOARD_SLOT_ADDRESS + BOARD_SLOT_BYTES, BOARD_SLOT_BYTES },
    },
    .records = {
        { BOARD_SLOT_ADDRESS - 2 * pageBytes, pageBytes },
        { BOARD_SLOT_ADDRESS - pageBytes, pageBytes },
    },
    .writeBytes = 4,
};

/* A boot loader may have used the timer, as it may have the clock and the UART. */
static void start_counter(void)
{
    TIMER_STOP = 1;
    TIMER_CLEAR = 1;
    TIMER_BITMODE = 3;                                      /* 32 bits */
    TIMER_PRESCALER = timerPrescaler;                       /* 16 MHz / 2^9 */
    cycles_start();
    TIMER_START = 1;
}

void port_init(void)
{
    CLOCK_HFCLKSTART = 1;                                   /* the crystal, for the UART's sake */
    while ((CLOCK_HFCLKSTAT & crystalRuns) != crystalRuns) {}
    GPIO_OUTSET(BOARD_LINK_TRANSMIT_PIN) = 1u << BOARD_LINK_TRANSMIT_PIN % 32;
    GPIO_PIN_CNF(BOARD_LINK_TRANSMIT_PIN) = 3;              /* output */
    GPIO_PIN_CNF(BOARD_LINK_RECEIVE_PIN) = 3 << 2;          /* input, pull-up */
    UART_ENABLE = 0;
    UART_PSELTXD = BOARD_LINK_TRANSMIT_PIN;
    UART_PSELRXD = BOARD_LINK_RECEIVE_PIN;
    UART_BAUDRATE = 0x01d7e000;
    UART_ENABLE = 4;
    UART_STARTTX = 1;
    UART_STARTRX = 1;
    start_counter();
}

int port_getc(void)
{
    if (!UART_RXDRDY) return -1;
    UART_RXDRDY = 0;
    return (int) (UART_RXD & 0xff);
}

static void wait_until_sent(void)
{
    while (sending && !UART_TXDRDY) {}
    UART_TXDRDY = 0;
    sending = false;
}

void port_putc(uint8_t byte)
{
    wait_until_sent();
    UART_TXD = byte;
    sending = true;
}

/* Right as long as it is called once in 2^43 cycles, which are 38 hours. */
uint64_t port_counter(void)
{
    TIMER_CAPTURE = 1;
    return cycles_now(TIMER_CC, cyclesPerTick);
}

const char *port_counter_unit(void)
{
    return "cycles";
}

uint32_t port_counter_hz(void)
{
    return BOARD_CLOCK_HZ;
}

uint64_t cortex_m_limit_ticks(uint64_t units)
{
    return units + 1;
}

void cortex_m_before_reset(void)
{
    wait_until_sent();
}

static void nvmc_mode(uint32_t mode)
{
    NVMC_CONFIG = mode;
    while (!NVMC_READY) {}
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    nvmc_mode(nvmcErase);
    for (uint32_t at = address; at < address + length; at += pageBytes)
    {
        NVMC_ERASEPAGE = at;
        while (!NVMC_READY) {}
    }
    nvmc_mode(nvmcRead);
    for (uint32_t at = address; at < address + length; at += 4) if (REG(at) != 0xffffffff) return false;
    return true;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    nvmc_mode(nvmcWrite);
    for (uint32_t i = 0; i < length; i += 4)
    {
        uint32_t word;
        memcpy(&word, data + i, sizeof word);
        REG(address + i) = word;
        while (!NVMC_READY) {}
    }
    nvmc_mode(nvmcRead);
    return memcmp((const void *) (uintptr_t) address, data, length) == 0;
}
