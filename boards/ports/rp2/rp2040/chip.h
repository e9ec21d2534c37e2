/*
 * What is particular to the RP2040: addresses of its blocks, clocks, the counter of cycles.
 * Sources: RP2040 data sheet, 2.2 (address map), 2.13.5 (PSM), 2.3.1.7 (SIO), 2.4.8 (NVIC), 2.14 (resets), 2.18 (PLL), 2.19.6.3 (pads), 4.5 (PWM), 4.6 (timer), 4.7 (watchdog).
 *
 * SysTick has only 24 bits, and guarded calls use it; so a PWM slice counts the cycles modulo 2^16.
 */
#ifndef WASMOTE_RP2_CHIP_H
#define WASMOTE_RP2_CHIP_H

#include <stdint.h>

#define CLOCKS 0x40008000
#define RESETS 0x4000c000
#define PSM_WDSEL 0x40010008
#define IO_BANK0 0x40014000
#define PADS_BANK0 0x4001c000
#define PADS_BANK0_PAD(pin) (*(volatile uint32_t *) (uintptr_t) (PADS_BANK0 + 4 + 4 * (pin)))
#define XOSC 0x40024000
#define PLL_SYS 0x40028000
#define PLL_USB 0x4002c000
#define CLK_USB_CTRL 0x40008054
#define CLK_ADC_CTRL 0x40008060
#define ADC 0x4004c000
#define DMA 0x50000000
#define SIO_OUT_SET 0xd0000014
#define SIO_OUT_CLEAR 0xd0000018
#define SIO_OUTPUT_SET 0xd0000024
#define UART0 0x40034000
#define PWM 0x40050000
#define PWM7_CSR (*(volatile uint32_t *) 0x4005008c)
#define PWM7_CTR (*(volatile uint32_t *) 0x40050094)
#define TIMER 0x40054000
#define TIMER_ALARM(number) (TIMER + 0x10 + 4 * (number))
#define TIMER_ARMED (TIMER + 0x20)
#define TIMER_RAISED (TIMER + 0x34)
#define TIMER_ENABLED (TIMER + 0x38)
#define WATCHDOG 0x40058000
#define WATCHDOG_TICK (*(volatile uint32_t *) 0x4005802c)

#define NVIC_ENABLE (*(volatile uint32_t *) 0xe000e100)
#define NVIC_DISABLE (*(volatile uint32_t *) 0xe000e180)

enum { resetIoBank0 = 1 << 5, resetPadsBank0 = 1 << 8, resetPllSys = 1 << 12, resetPwm = 1 << 14, resetTimer = 1 << 21,
       resetUart0 = 1 << 22 };
enum { resetPllUsb = 1 << 13, resetUsb = 1 << 24, resetAdc = 1 << 0, resetDma = 1 << 2 };
enum { chipPins = 30 };
enum { chipUsbInterrupt = 5, chipUartInterrupt = 20, chipPwmInUse = 7 };
enum { resetsOfCounter = resetPwm | resetTimer };
enum { pllSysDivider = 6 };                     /* 12 MHz * 125 / (6 * 2) are 125 MHz */
enum { chipWatchdogCountsPerMicrosecond = 2 };
enum { psmAllButOscillators = 0x1fffc };
enum { padAtReset = 1 << 6 | 1 << 4 | 1 << 2 | 1 << 1 };    /* input, 4 mA, pull-down, Schmitt trigger */

/* The counter of cycles and the difference of two of its values. */
typedef int16_t chip_cycles_difference;

static inline uint32_t chip_cycles(void)
{
    return PWM7_CTR;
}

/* Starts the counter, and the timer's tick of 1 MHz, which are `crystalMhz` cycles of the crystal. */
static inline void chip_start_counter(uint32_t crystalMhz)
{
    WATCHDOG_TICK = 1 << 9 | crystalMhz;
    PWM7_CSR = 1;
}

/* It is the timer's. */
static inline void chip_start_watchdog_tick(uint32_t crystalMhz)
{
    (void) crystalMhz;
}

/* Sleeps until there was an interrupt since the last call. */
static inline void chip_wait_for_event(void)
{
    __asm__ volatile("wfe");
}

/* Pads take the pins' functions from reset on, until a source has them be inputs alone. */
static inline void chip_connect_pad(uint32_t pin)
{
    PADS_BANK0_PAD(pin) = padAtReset;
}

#endif
