/*
 * Clocks of the RP2040 and the RP2350, from the 12 MHz crystal.
 * Sources: RP2040 data sheet, 2.14 (resets), 2.15 (clocks), 2.16 (XOSC), 2.18 (PLL); RP2350 data sheet, 7.5, 8.1, 8.2, 8.6.
 */
#include "clocks.h"

#include <stdbool.h>

#include "registers.h"

enum { resetsUsed = resetIoBank0 | resetPadsBank0 | resetPllSys | resetUart0 | resetsOfCounter };

enum { crystalStartup = (crystalMhz * 1000 / 256 + 1) * BOARD_OSCILLATOR_STARTUP_MULTIPLIER };

_Static_assert(crystalMhz == 12, "what the PLLs are set up for");
_Static_assert(crystalStartup < 1 << 14, "the bits of XOSC_STARTUP");

static void wait_for(uint32_t address, uint32_t bits)
{
    while ((REG(address) & bits) != bits) {}
}

static void start_crystal(void)
{
    REG(XOSC_STARTUP) = crystalStartup;                     /* 1 ms, or that many times as long, by 256 crystal cycles */
    REG(XOSC_CTRL) = 0xfab << 12 | 0xaa0;                   /* enable, 1-15 MHz */
    wait_for(XOSC_STATUS, 1u << 31);
}

/* The crystal's frequency, times `multiplier`, divided by `first` and by `second`. */
static void start_pll(uint32_t pll, uint32_t multiplier, uint32_t first, uint32_t second)
{
    REG(PLL_CS(pll)) = 1;                                   /* reference divided by 1 */
    REG(PLL_FBDIV(pll)) = multiplier;
    CLEAR(PLL_PWR(pll)) = 1 << 0 | 1 << 5;
    wait_for(PLL_CS(pll), 1u << 31);
    REG(PLL_PRIM(pll)) = first << 16 | second << 12;
    CLEAR(PLL_PWR(pll)) = 1 << 3;
}

/* The system clock runs from the crystal while the PLL is set up. The reset of the UART waits for its clock. */
void clocks_init(void)
{
    start_crystal();
    CLEAR(CLK_SYS_CTRL) = 1;
    wait_for(CLK_SYS_SELECTED, 1 << 0);
    REG(CLK_REF_CTRL) = 2;
    wait_for(CLK_REF_SELECTED, 1 << 2);

    SET(RESETS_RESET) = resetsUsed;
    CLEAR(RESETS_RESET) = resetsUsed;
    wait_for(RESETS_DONE, resetsUsed & ~resetUart0);

    start_pll(PLL_SYS, 125, pllSysDivider, 2);
    REG(CLK_SYS_CTRL) = 0 << 5;                             /* auxiliary source: PLL_SYS */
    SET(CLK_SYS_CTRL) = 1;
    wait_for(CLK_SYS_SELECTED, 1 << 1);
    REG(CLK_PERI_CTRL) = 1 << 11 | 0 << 5;                  /* clk_sys */
    wait_for(RESETS_DONE, resetUart0);
}

/* 12 MHz * 100 / (5 * 5). */
void clocks_start_48mhz(void)
{
    static bool isStarted;
    if (isStarted) return;
    isStarted = true;
    CLEAR(RESETS_RESET) = resetPllUsb;
    wait_for(RESETS_DONE, resetPllUsb);
    start_pll(PLL_USB, 100, 5, 5);
}

void clocks_start_usb(void)
{
    clocks_start_48mhz();
    REG(CLK_USB_CTRL) = 1 << 11 | 0 << 5;                   /* PLL_USB */
    SET(RESETS_RESET) = resetUsb;
    CLEAR(RESETS_RESET) = resetUsb;
    wait_for(RESETS_DONE, resetUsb);
}
