/*
 * What is particular to the RP2350, Cortex-M33 in secure state: addresses of its blocks, clocks, the counter of cycles.
 * Built and inspected, not run.
 * Sources: RP2350 data sheet, 2.2 (address map), 3.1.11 (SIO), 7.4 (PSM), 7.5 (resets), 12.5 (PWM), 8.5 (tick generators), 8.6 (PLL), 9.11 (pads);
 * Armv8-M Architecture Reference Manual, B13 (DWT).
 *
 * DWT's cycle counter counts the cycles modulo 2^32.
 */
#ifndef WASMOTE_RP2_CHIP_H
#define WASMOTE_RP2_CHIP_H

#include <stdint.h>

#define CLOCKS 0x40010000
#define PSM_WDSEL 0x40018008
#define RESETS 0x40020000
#define IO_BANK0 0x40028000
#define PADS_BANK0_SET(pin) (*(volatile uint32_t *) (uintptr_t) (0x4003a004 + 4 * (pin)))
#define PADS_BANK0_CLEAR(pin) (*(volatile uint32_t *) (uintptr_t) (0x4003b004 + 4 * (pin)))
#define XOSC 0x40048000
#define PLL_SYS 0x40050000
#define PLL_USB 0x40058000
#define CLK_USB_CTRL 0x40010060
#define UART0 0x40070000
#define SIO_OUT_SET 0xd0000018
#define SIO_OUT_CLEAR 0xd0000020
#define SIO_OUTPUT_SET 0xd0000038
#define PWM 0x400a8000
#define TIMER 0x400b0000
#define WATCHDOG 0x400d8000
#define TICKS_TIMER0_CTRL (*(volatile uint32_t *) 0x40108018)
#define TICKS_TIMER0_CYCLES (*(volatile uint32_t *) 0x4010801c)
#define TICKS_WATCHDOG_CTRL (*(volatile uint32_t *) 0x40108030)
#define TICKS_WATCHDOG_CYCLES (*(volatile uint32_t *) 0x40108034)
#define DEMCR (*(volatile uint32_t *) 0xe000edfc)
#define DWT_CTRL (*(volatile uint32_t *) 0xe0001000)
#define DWT_CYCCNT (*(volatile uint32_t *) 0xe0001004)

enum { resetIoBank0 = 1 << 6, resetPadsBank0 = 1 << 9, resetPllSys = 1 << 14, resetTimer = 1 << 23,
       resetUart0 = 1 << 26 };
enum { resetPllUsb = 1 << 15, resetUsb = 1 << 28 };
enum { resetPwm = 1 << 16 };
enum { chipUsbInterrupt = 14, chipUartInterrupt = 33, chipPwmInUse = 8 };       /* none */
enum { chipPins = 30 };                         /* of the package with 60 pins; the other one's further pins are left alone */
enum { resetsOfCounter = resetTimer };
enum { pllSysDivider = 5 };                     /* 12 MHz * 125 / (5 * 2) are 150 MHz */
enum { chipWatchdogCountsPerMicrosecond = 1 };
enum { psmAllButOscillators = 0x1fffff3 };
enum { padIsolated = 1 << 8, padInput = 1 << 6 };

/* The counter of cycles and the difference of two of its values. */
typedef int32_t chip_cycles_difference;

static inline uint32_t chip_cycles(void)
{
    return DWT_CYCCNT;
}

/* Starts the counter, and the timer's tick of 1 MHz, which are `crystalMhz` cycles of the crystal. */
static inline void chip_start_counter(uint32_t crystalMhz)
{
    TICKS_TIMER0_CYCLES = crystalMhz;
    TICKS_TIMER0_CTRL = 1;
    DEMCR |= 1 << 24;
    DWT_CTRL |= 1;
}

/* 1 MHz, which are `crystalMhz` cycles of the crystal. */
static inline void chip_start_watchdog_tick(uint32_t crystalMhz)
{
    TICKS_WATCHDOG_CYCLES = crystalMhz;
    TICKS_WATCHDOG_CTRL = 1;
}

/* The counter of cycles stops while the core sleeps. */
static inline void chip_wait_for_event(void) {}

/* Pads are isolated from the pins' functions, and take no input, until they are told otherwise. */
static inline void chip_connect_pad(uint32_t pin)
{
    PADS_BANK0_SET(pin) = padInput;
    PADS_BANK0_CLEAR(pin) = padIsolated;
}

#endif
