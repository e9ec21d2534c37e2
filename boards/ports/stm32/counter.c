/*
 * The DWT's cycle counter is the lower half, TIM2 at a 1024th of the processor's clock tells the upper one: right as long as
 * it is read once in 2^42 cycles, which are three hours at 400 MHz.
 *
 * QEMU has no DWT, and drives TIM2 at 1 GHz whatever the clocks are: it counts instructions there, with `-icount shift=0`.
 * Sources: ST RM0090, 18; RM0383, 13; RM0390, 17; RM0432, 38; RM0433, 39 (TIM2, whose registers are the same).
 */
#include "counter.h"

#include "../cortex-m/cortex_m.h"
#include "../cortex-m/cycles.h"
#include "../cortex-m/sleep.h"
#include "../idle.h"
#include "../port.h"

#define TIM2(offset) (*(volatile uint32_t *) (0x40000000 + (offset)))
#define TIM2_CR1 TIM2(0x00)
#define TIM2_EGR TIM2(0x14)
#define TIM2_CNT TIM2(0x24)
#define TIM2_PSC TIM2(0x28)
#define TIM2_ARR TIM2(0x2c)

enum { cyclesPerTick = 1024, emulatedPerMicrosecond = 1000 };

/* The longest sleep: the watchdog is to be fed. */
enum { sleepsPerSecond = 10 };

static bool emulated;

bool counter_begin(void)
{
    emulated = !cycles_start();
    return !emulated;
}

void counter_start(uint32_t timerDivisor)
{
    TIM2_PSC = emulated ? 0 : cyclesPerTick / timerDivisor - 1;
    TIM2_ARR = 0xffffffff;
    if (!emulated)
    {
        TIM2_EGR = 1;                                       /* takes the prescaler */
        cycles_start();
    }
    TIM2_CR1 = 1;
}

/* Emulated, right as long as it is called once in 2^32 instructions. */
static uint64_t instructions(void)
{
    static uint32_t last;
    static uint64_t total;
    const uint32_t now = TIM2_CNT;
    total += (uint32_t) (now - last);
    last = now;
    return total;
}

uint64_t port_counter(void)
{
    return emulated ? instructions() : cycles_now(TIM2_CNT, cyclesPerTick);
}

void port_wake_within(uint64_t units)
{
    const uint64_t most = BOARD_CLOCK_HZ / sleepsPerSecond;
    if (!emulated) cortex_m_wake_within(units < most ? units : most);
}

void counter_sleep(uint8_t interrupt, bool (*isOver)(void))
{
    if (emulated) return;
    cortex_m_sleep(&interrupt, 1, isOver);
    cycles_slept(TIM2_CNT, cyclesPerTick);
}

const char *port_counter_unit(void)
{
    return emulated ? "instructions" : "cycles";
}

/* QEMU drives SysTick at the board's clock. */
uint64_t cortex_m_limit_ticks(uint64_t units)
{
    return emulated ? (units / emulatedPerMicrosecond + 1) * (BOARD_CLOCK_HZ / 1000000) : units + 1;
}
