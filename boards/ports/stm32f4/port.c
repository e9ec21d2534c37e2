/*
 * STM32F405, F407, F411 and F446: clocks and the link, a USART on the pins that the board's file names (16 * port + pin).
 * Sources: ST RM0090 (STM32F405 and F407: 5 power, 7 clocks), RM0383 (STM32F411: 5, 6), RM0390 (STM32F446: 5, 6); the parts'
 * data sheets DS8626, DS10314 and DS10693 (highest clocks, alternate functions: 7 is that of USART 1 and 2).
 *
 * QEMU's netduinoplus2 has neither a flash controller nor clocks that need be set: writes to flash fail there. The firmware of
 * every board runs on it (test/boards/stm32f4.test.ts); flash and clocks were inspected, not run.
 */
#include "../port.h"

#include "../stm32/counter.h"
#include "../stm32/gpio.h"
#include "../stm32/usart.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define PWR_CR REG(0x40007000)
#define PWR_CSR REG(0x40007004)
#define RCC_CR REG(0x40023800)
#define RCC_PLLCFGR REG(0x40023804)
#define RCC_CFGR REG(0x40023808)
#define RCC_AHB1ENR REG(0x40023830)
#define RCC_APB1ENR REG(0x40023840)
#define RCC_APB2ENR REG(0x40023844)
#define FLASH_ACR REG(0x40023c00)

enum { hsiHz = 16000000, megahertz = 1000000, patience = 2000000, gpioA = 0x40020000, alternateUsart = 7 };
enum { hseOn = 1 << 16, hseReady = 1 << 17, hseBypass = 1 << 18, pllOn = 1 << 24, pllReady = 1 << 25, pllFromHse = 1 << 22 };
enum { enableTim2 = 1, enablePwr = 1 << 28, voltageScale1 = 3 << 14, overDrive = 1 << 16, overDriveSwitch = 1 << 17 };

/* Above this, the regulator's over-drive is needed (RM0390, 5.1.3). */
enum { withoutOverDriveHz = 168000000 };

#if BOARD_LINK_USART == 1
enum { usart = 0x40011000, usartDivisor = 2, usartInterrupt = 37 };
#define ENABLE_USART() (RCC_APB2ENR |= 1 << 4)
#elif BOARD_LINK_USART == 2
enum { usart = 0x40004400, usartDivisor = 4, usartInterrupt = 38 };
#define ENABLE_USART() (RCC_APB1ENR |= 1 << 17)
#else
#error "link.usart: 1 or 2"
#endif

static bool wait_for(volatile uint32_t *reg, uint32_t bits)
{
    for (uint32_t i = 0; i < patience; i++) if ((*reg & bits) == bits) return true;
    return false;
}

/* The regulator's highest voltage, for the highest clocks; the STM32F405 and F407 have it from the start. */
static void raise_voltage(void)
{
#if defined MCU_STM32F411 || defined MCU_STM32F446
    RCC_APB1ENR |= enablePwr;
    PWR_CR |= voltageScale1;
#endif
}

static bool start_over_drive(void)
{
    if (BOARD_CLOCK_HZ <= withoutOverDriveHz) return true;
    PWR_CR |= overDrive;
    if (!wait_for(&PWR_CSR, overDrive)) return false;
    PWR_CR |= overDriveSwitch;
    return wait_for(&PWR_CSR, overDriveSwitch);
}

/*
 * The board's clock from what drives its crystal pins, by way of 1 MHz and twice the clock in the PLL; flash waits 1 cycle for
 * each 30 MHz. False if it does not start.
 */
static bool start_clocks(void)
{
    const uint32_t twice = BOARD_CLOCK_HZ / megahertz * 2;
    raise_voltage();
    RCC_CR |= BOARD_OSCILLATOR_BYPASS ? hseBypass : 0;
    RCC_CR |= hseOn;
    if (!wait_for(&RCC_CR, hseReady)) return false;
    RCC_PLLCFGR = BOARD_OSCILLATOR_HZ / megahertz | twice << 6 | 0 << 16 | pllFromHse | (twice + 47) / 48 << 24 | 2 << 28;
    RCC_CR |= pllOn;
    if (!wait_for(&RCC_CR, pllReady) || !start_over_drive()) return false;
    FLASH_ACR = (BOARD_CLOCK_HZ / megahertz - 1) / 30 | 1 << 8 | 1 << 9 | 1 << 10;      /* prefetch, caches */
    RCC_CFGR = 5 << 10 | 4 << 13 | 2;                       /* APB1 by 4, APB2 by 2, PLL */
    return wait_for(&RCC_CFGR, 2 << 2);
}

void port_init(void)
{
    const bool fast = counter_begin() && start_clocks();
    RCC_AHB1ENR |= 1 << BOARD_LINK_TRANSMIT_PIN / gpioPinsOfPort | 1 << BOARD_LINK_RECEIVE_PIN / gpioPinsOfPort;
    RCC_APB1ENR |= enableTim2;
    ENABLE_USART();
    gpio_alternate(gpioA, BOARD_LINK_TRANSMIT_PIN, alternateUsart);
    gpio_alternate(gpioA, BOARD_LINK_RECEIVE_PIN, alternateUsart);
    usart_start(usart, usart_divisor(fast ? BOARD_CLOCK_HZ / usartDivisor : hsiHz), usartInterrupt);
    counter_start(fast ? 2 : 1);                            /* timers of an APB that is divided run twice as fast as it */
}
