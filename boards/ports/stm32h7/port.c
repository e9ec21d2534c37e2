/*
 * STM32H743 and the Cortex-M7 of STM32H747: caches, clocks and the link, a USART on the pins that the board's file names
 * (16 * port + pin). 400 MHz, which every revision reaches. Built and inspected, not run.
 * Sources: ST RM0433, 4.3.8 (wait states), 6.4-6.8 (supply, voltage scaling), 8.5-8.7 (clocks, PLL), 48 (USART); RM0399, the same
 * chapters, for the STM32H747; DS12110 (memory map, highest clocks, alternate functions: 7 is that of USART 1 and 3).
 *
 * RAM is the AXI SRAM, the largest range; with the data cache, the smaller tightly coupled one would save little.
 */
#include "../port.h"

#include "../cortex-m/caches.h"
#include "../stm32/counter.h"
#include "../stm32/gpio.h"
#include "../stm32/usart.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define RCC_CR REG(0x58024400)
#define RCC_CFGR REG(0x58024410)
#define RCC_D1CFGR REG(0x58024418)
#define RCC_D2CFGR REG(0x5802441c)
#define RCC_D3CFGR REG(0x58024420)
#define RCC_PLLCKSELR REG(0x58024428)
#define RCC_PLLCFGR REG(0x5802442c)
#define RCC_PLL1DIVR REG(0x58024430)
#define RCC_D2CCIP2R REG(0x58024454)
#define RCC_AHB4ENR REG(0x580244e0)
#define RCC_APB1LENR REG(0x580244e8)
#define RCC_APB2ENR REG(0x580244f0)
#define PWR_CSR1 REG(0x58024804)
#define PWR_CR3 REG(0x5802480c)
#define PWR_D3CR REG(0x58024818)
#define FLASH_ACR REG(0x52002000)

enum { hsiHz = 64000000, pllInputHz = 4000000, gpioA = 0x58020000, alternateUsart = 7, patience = 2000000 };
enum { hsiOn = 1, hsiReady = 1 << 2, hsiDivisor = 3 << 3, hseOn = 1 << 16, hseReady = 1 << 17, hseBypass = 1 << 18,
       pllOn = 1 << 24, pllReady = 1 << 25 };
enum { bypass = 1, ldo = 1 << 1, scu = 1 << 2, ready = 1 << 13, voltageScale1 = 3 << 14 };
enum { fromHsi = 0, fromPll = 3, pllFromHsi = 0, pllFromHse = 2, usartClocks = 0x3f };

_Static_assert(BOARD_CLOCK_HZ == 400000000, "what buses and flash are set up for");

#if BOARD_LINK_USART == 1
enum { usart = 0x40011000, usartInterrupt = 37 };
#define ENABLE_USART() (RCC_APB2ENR |= 1 << 4)
#elif BOARD_LINK_USART == 3
enum { usart = 0x40004800, usartInterrupt = 39 };
#define ENABLE_USART() (RCC_APB1LENR |= 1 << 18)
#else
#error "link.usart: 1 or 3"
#endif

static void wait_for(volatile uint32_t *reg, uint32_t bits, uint32_t value)
{
    while ((*reg & bits) != value) {}
}

/*
 * The highest voltage that needs no overdrive. The supply can be chosen once after power-up: an STM32H743 has a linear regulator;
 * on boards with an STM32H747, whose supply is the board's matter, the boot loader has chosen.
 */
static void raise_voltage(void)
{
#ifdef MCU_STM32H743
    PWR_CR3 = (PWR_CR3 & ~(uint32_t) (bypass | scu)) | ldo;
    wait_for(&PWR_CSR1, ready, ready);
#endif
    PWR_D3CR |= voltageScale1;
    wait_for(&PWR_D3CR, ready, ready);
}

/* Back to the internal oscillator: a boot loader may have started the PLL. */
static void stop_pll(void)
{
    RCC_CR |= hsiOn;
    wait_for(&RCC_CR, hsiReady, hsiReady);
    RCC_CR &= ~(uint32_t) hsiDivisor;
    RCC_CFGR &= ~7u;
    wait_for(&RCC_CFGR, 7 << 3, fromHsi << 3);
    RCC_CR &= ~(uint32_t) pllOn;
    wait_for(&RCC_CR, pllReady, 0);
}

/* What the PLL is fed with, divided to its input: the board's oscillator, or the internal one where there is none. */
static uint32_t pll_source(void)
{
#ifdef BOARD_OSCILLATOR_HZ
    RCC_CR |= BOARD_OSCILLATOR_BYPASS ? hseBypass : 0;
    RCC_CR |= hseOn;
    for (uint32_t i = 0; i < patience; i++) if (RCC_CR & hseReady) return pllFromHse | BOARD_OSCILLATOR_HZ / pllInputHz << 4;
#endif
    return pllFromHsi | hsiHz / pllInputHz << 4;
}

/* 4 MHz, by way of 800 MHz; flash and AXI have half of the processor's clock, the peripherals a quarter. */
static void start_clocks(void)
{
    raise_voltage();
    stop_pll();
    FLASH_ACR = 2 << 4 | 2;                                 /* 2 wait states, up to 210 MHz */
    wait_for(&FLASH_ACR, 15, 2);
    RCC_PLLCKSELR = pll_source();
    RCC_PLLCFGR = 1 << 16 | 2 << 2;                         /* output P, input of 4 to 8 MHz, wide VCO */
    RCC_PLL1DIVR = (2 * (BOARD_CLOCK_HZ / pllInputHz) - 1) | (2 - 1) << 9 | (2 - 1) << 16 | (2 - 1) << 24;
    RCC_CR |= pllOn;
    wait_for(&RCC_CR, pllReady, pllReady);
    RCC_D1CFGR = 4 << 4 | 8;                                /* APB3 by 2, AHB by 2 */
    RCC_D2CFGR = 4 << 8 | 4 << 4;                           /* APB2, APB1 by 2 */
    RCC_D3CFGR = 4 << 4;                                    /* APB4 by 2 */
    RCC_CFGR = fromPll;
    wait_for(&RCC_CFGR, 7 << 3, fromPll << 3);
}

void port_init(void)
{
    start_clocks();
    caches_start();
    RCC_AHB4ENR |= 1 << BOARD_LINK_TRANSMIT_PIN / gpioPinsOfPort | 1 << BOARD_LINK_RECEIVE_PIN / gpioPinsOfPort;
    RCC_APB1LENR |= 1;                                      /* TIM2 */
    RCC_D2CCIP2R &= ~(uint32_t) usartClocks;                /* those of their buses */
    ENABLE_USART();
    gpio_alternate(gpioA, BOARD_LINK_TRANSMIT_PIN, alternateUsart);
    gpio_alternate(gpioA, BOARD_LINK_RECEIVE_PIN, alternateUsart);
    usart_start(usart, usart_divisor(BOARD_CLOCK_HZ / 4), usartInterrupt);
    counter_begin();
    counter_start(2);                                       /* timers of an APB that is divided run twice as fast as it */
}
