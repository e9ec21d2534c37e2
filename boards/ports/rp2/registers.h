/*
 * Registers that the RP2040 and the RP2350 have in common: the same blocks, at addresses that chip.h tells. Each
 * register can be written to so that single bits are set or cleared at once.
 * Sources: RP2040 data sheet, 2.1.2 (atomic register access); RP2350 data sheet, 2.1.3.
 */
#ifndef WASMOTE_RP2_REGISTERS_H
#define WASMOTE_RP2_REGISTERS_H

#include <stdint.h>

#include "chip.h"

#define REG(address) (*(volatile uint32_t *) (address))
#define SET(address) REG((address) + 0x2000)
#define CLEAR(address) REG((address) + 0x3000)

#define CLK_REF_CTRL (CLOCKS + 0x30)
#define CLK_REF_SELECTED (CLOCKS + 0x38)
#define CLK_SYS_CTRL (CLOCKS + 0x3c)
#define CLK_SYS_SELECTED (CLOCKS + 0x44)
#define CLK_PERI_CTRL (CLOCKS + 0x48)
#define RESETS_RESET (RESETS + 0x0)
#define RESETS_DONE (RESETS + 0x8)
#define GPIO_CTRL(pin) (IO_BANK0 + 8 * (pin) + 4)
#define XOSC_CTRL (XOSC + 0x0)
#define XOSC_STATUS (XOSC + 0x4)
#define XOSC_STARTUP (XOSC + 0xc)
#define PLL_CS(pll) ((pll) + 0x0)
#define PLL_PWR(pll) ((pll) + 0x4)
#define PLL_FBDIV(pll) ((pll) + 0x8)
#define PLL_PRIM(pll) ((pll) + 0xc)
#define UART_DR (UART0 + 0x0)
#define UART_FR (UART0 + 0x18)
#define UART_IBRD (UART0 + 0x24)
#define UART_FBRD (UART0 + 0x28)
#define UART_LCR_H (UART0 + 0x2c)
#define UART_CR (UART0 + 0x30)
#define TIMER_RAWH (TIMER + 0x24)
#define TIMER_RAWL (TIMER + 0x28)
#define WATCHDOG_CTRL (WATCHDOG + 0x0)
#define WATCHDOG_LOAD (WATCHDOG + 0x4)

#endif
