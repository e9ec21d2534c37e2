/*
 * I2C of the RP2040 as drivers use it: byte by byte, waiting for each. Sources: RP2040 data sheet, 4.3 (I2C; 4.3.14 frequencies, 4.3.17
 * registers), 2.19.2 (functions of pins), 2.19.6.3 (pads).
 */
#include "../../../drivers/i2c.h"

#include "../../../drivers/source.h"
#include "../../port.h"
#include "../link.h"
#include "../registers.h"

#define I2C(number) (0x40044000 + 0x4000 * (number))
#define IC_CON (bus + 0x00)
#define IC_TAR (bus + 0x04)
#define IC_DATA (bus + 0x10)
#define IC_HIGH (bus + 0x1c)
#define IC_LOW (bus + 0x20)
#define IC_RAW_INTERRUPTS (bus + 0x34)
#define IC_CLEAR_ABORT (bus + 0x54)
#define IC_CLEAR_STOP (bus + 0x60)
#define IC_ENABLE (bus + 0x6c)
#define IC_STATUS (bus + 0x70)
#define IC_HOLD (bus + 0x7c)
#define IC_SPIKES (bus + 0xa0)

enum { resetOfFirst = 1 << 3, functionI2c = 3, padOfBus = 1 << 6 | 1 << 4 | 1 << 3 | 1 << 1 };     /* input, 4 mA, pull-up, Schmitt trigger */
enum { conMaster = 1 << 0, conFast = 2 << 1, conRestarts = 1 << 5, conNoSlave = 1 << 6, conEmptyEvents = 1 << 8 };
enum { dataReads = 1 << 8, dataStops = 1 << 9, dataRestarts = 1 << 10 };
enum { statusRoom = 1 << 1, statusReceived = 1 << 3, interruptAbort = 1 << 6, interruptStop = 1 << 9 };
enum { period = BOARD_CLOCK_HZ / 400000, low = period * 3 / 5, high = period - low, hold = BOARD_CLOCK_HZ / 10000000 * 3 + 1, spikes = low / 16 };
enum { ownSda = 4, ownScl = 5, patienceMicros = 2000 };

static uint32_t bus;            /* the address of its registers */

/* Pins 4k and 4k + 1 are data and clock of bus 0, those behind them of bus 1. */
bool port_i2c_open(uint32_t sda, uint32_t scl)
{
    if (sda == sourceUnset) sda = ownSda;
    if (scl == sourceUnset) scl = ownScl;
    if (sda >= chipPins || scl >= chipPins || sda % 2 != 0 || scl % 4 != sda % 4 + 1 || link_has_pin(sda) || link_has_pin(scl)) return false;
    const uint32_t number = sda / 2 % 2, reset = (uint32_t) resetOfFirst << number;
    bus = I2C(number);
    SET(RESETS_RESET) = reset;
    CLEAR(RESETS_RESET) = reset;
    while (!(REG(RESETS_DONE) & reset)) {}
    REG(IC_ENABLE) = 0;
    REG(IC_CON) = conMaster | conFast | conRestarts | conNoSlave | conEmptyEvents;
    REG(IC_HIGH) = high;
    REG(IC_LOW) = low;
    REG(IC_SPIKES) = spikes;
    REG(IC_HOLD) = hold;
    PADS_BANK0_PAD(sda) = padOfBus;
    PADS_BANK0_PAD(scl) = padOfBus;
    REG(GPIO_CTRL(sda)) = functionI2c;
    REG(GPIO_CTRL(scl)) = functionI2c;
    return true;
}

/* Waits for bits of a register. False where the device did not answer, or the bus is stuck. */
static bool wait_for(uint32_t address, uint32_t bits)
{
    const uint64_t end = port_counter() + (uint64_t) patienceMicros * (BOARD_CLOCK_HZ / 1000000);
    while (!(REG(address) & bits))
        if ((REG(IC_RAW_INTERRUPTS) & interruptAbort) || port_counter() > end) return false;
    return true;
}

static bool command(uint32_t what)
{
    if (!wait_for(IC_STATUS, statusRoom)) return false;
    REG(IC_DATA) = what;
    return true;
}

static bool exchange(const uint8_t *sent, uint32_t sentLength, uint8_t *received, uint32_t receivedLength)
{
    for (uint32_t i = 0; i < sentLength; i++)
        if (!command(sent[i] | (i + 1 == sentLength && receivedLength == 0 ? dataStops : 0))) return false;
    for (uint32_t i = 0; i < receivedLength; i++)
    {
        const uint32_t restarts = i == 0 && sentLength > 0 ? dataRestarts : 0, stops = i + 1 == receivedLength ? dataStops : 0;
        if (!command(dataReads | restarts | stops) || !wait_for(IC_STATUS, statusReceived)) return false;
        received[i] = (uint8_t) REG(IC_DATA);
    }
    return wait_for(IC_RAW_INTERRUPTS, interruptStop) && !(REG(IC_RAW_INTERRUPTS) & interruptAbort);
}

bool port_i2c_exchange(uint32_t address, const uint8_t *sent, uint32_t sentLength, uint8_t *received, uint32_t receivedLength)
{
    REG(IC_ENABLE) = 0;
    REG(IC_TAR) = address;
    REG(IC_ENABLE) = 1;
    (void) REG(IC_CLEAR_STOP);
    (void) REG(IC_CLEAR_ABORT);
    const bool good = exchange(sent, sentLength, received, receivedLength);
    REG(IC_ENABLE) = 0;
    return good;
}
