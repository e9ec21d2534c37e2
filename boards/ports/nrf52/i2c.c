/*
 * I2C of the nRF52 as drivers use it, by TWIM 0, waiting for the end. What is sent lies in RAM.
 * Source: nRF52840 Product Specification, 6.31 (TWIM), 6.9.2 (pins: TWI needs drive S0D1).
 */
#include "../../drivers/i2c.h"

#include "../port.h"
#include "free_pins.h"

#define REG(address) (*(volatile uint32_t *) (uintptr_t) (address))
#define TWIM_START_RECEIVING REG(0x40003000)
#define TWIM_START_SENDING REG(0x40003008)
#define TWIM_STOP REG(0x40003014)
#define TWIM_STOPPED REG(0x40003104)
#define TWIM_FAILED REG(0x40003124)
#define TWIM_SHORTS REG(0x40003200)
#define TWIM_FAILURE REG(0x400034c4)
#define TWIM_ENABLE REG(0x40003500)
#define TWIM_PIN_CLOCK REG(0x40003508)
#define TWIM_PIN_DATA REG(0x4000350c)
#define TWIM_FREQUENCY REG(0x40003524)
#define TWIM_RECEIVE_POINTER REG(0x40003534)
#define TWIM_RECEIVE_COUNT REG(0x40003538)
#define TWIM_SEND_POINTER REG(0x40003544)
#define TWIM_SEND_COUNT REG(0x40003548)
#define TWIM_ADDRESS REG(0x40003588)
#define GPIO_CONFIG(pin) REG(0x50000700 + 0x300 * ((pin) / 32) + 4 * ((pin) % 32))

enum { frequency400kHz = 0x06400000, isTwim = 6, pinOfBus = 6 << 8 | 3 << 2, sentThenReceives = 1 << 7, sentThenStops = 1 << 9,
       receivedThenStops = 1 << 12, allFailures = 7, patienceMicros = 5000 };

static bool wait_until_stopped(void)
{
    const uint64_t end = port_counter() + (uint64_t) patienceMicros * (BOARD_CLOCK_HZ / 1000000);
    while (!TWIM_STOPPED)
    {
        if (TWIM_FAILED) TWIM_STOP = 1;
        if (port_counter() > end)
        {
            TWIM_STOP = 1;
            return false;
        }
    }
    return !TWIM_FAILED;
}

bool port_i2c_open(uint32_t sda, uint32_t scl)
{
    if (!nrf52_is_free(sda) || !nrf52_is_free(scl) || sda == scl) return false;
    TWIM_ENABLE = 0;
    GPIO_CONFIG(sda) = pinOfBus;
    GPIO_CONFIG(scl) = pinOfBus;
    TWIM_PIN_DATA = sda;
    TWIM_PIN_CLOCK = scl;
    TWIM_FREQUENCY = frequency400kHz;
    return true;
}

bool port_i2c_exchange(uint32_t address, const uint8_t *sent, uint32_t sentLength, uint8_t *received, uint32_t receivedLength)
{
    TWIM_ENABLE = isTwim;
    TWIM_ADDRESS = address;
    TWIM_STOPPED = 0;
    TWIM_FAILED = 0;
    TWIM_FAILURE = allFailures;
    TWIM_SEND_POINTER = (uint32_t) (uintptr_t) sent;
    TWIM_SEND_COUNT = sentLength;
    TWIM_RECEIVE_POINTER = (uint32_t) (uintptr_t) received;
    TWIM_RECEIVE_COUNT = receivedLength;
    TWIM_SHORTS = receivedLength == 0 ? sentThenStops : sentThenReceives | receivedThenStops;
    if (sentLength > 0) TWIM_START_SENDING = 1;
    else TWIM_START_RECEIVING = 1;
    const bool good = wait_until_stopped();
    TWIM_ENABLE = 0;                                        /* what has not stopped would write to memory that is another's by then */
    __asm__ volatile("" : : : "memory");                    /* what was received has come behind the compiler's back */
    return good;
}
