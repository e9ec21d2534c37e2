/*
 * Drivers of the nRF52 with memory in place of its registers, and a counter of 64 MHz that a test moves on: what is written to which register,
 * by the product specification, and what becomes of the ring. Prints "ok TESTS", or what is wrong, with exit code 1.
 */
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#define CHECK_DURING "%s", during
static const char *during = "none";
#include "check.h"
#include "drivers/i2c.h"
#include "ports/nrf52/adc.h"
#include "ports/nrf52/pdm.h"

enum { page = 4096, ringValues = 640, run = 160, microsecond = 64, millisecond = 1000 * microsecond };

#define WORD(address) (*(volatile uint32_t *) (uintptr_t) (address))

static uint64_t count;
static uint32_t stoppedAfter;       /* looks at the counter until a transfer ends; 0: it never does */
static uint32_t stopped, enable;    /* of the peripheral: the event, and the register that turns it on */
static uint32_t enabledThen;        /* as that transfer ended */

uint64_t port_counter(void)
{
    if (stoppedAfter > 0 && --stoppedAfter == 0)
    {
        WORD(stopped) = 1;
        enabledThen = WORD(enable);
    }
    return count += microsecond;
}

static uint16_t ring[ringValues];

static source_setup setup(uint32_t millihertz, uint32_t channels)
{
    return (source_setup) {
        .millihertz = millihertz, .channels = channels, .pin = sourceUnset, .clock = sourceUnset, .ring = ring, .ringValues = ringValues,
        .runValues = run,
        .counter = port_counter, .counterHz = 64000000,
    };
}

static bool refuses(const source *of, source_setup asked, const char *what)
{
    const char *const refused = of->start(&asked);
    return refused && strcmp(refused, what) == 0;
}

/* A source is on until what it writes has stopped, for which it does not wait for ever. */
static void check_stop(const source *of, uint32_t eventOfStop, uint32_t registerOfEnable)
{
    stopped = eventOfStop;
    enable = registerOfEnable;
    WORD(stopped) = 1;
    enabledThen = 0;
    stoppedAfter = 10;
    of->stop();
    CHECK(enabledThen == 1 && WORD(enable) == 0);
    const uint64_t before = count;
    WORD(stopped) = 0;
    of->stop();
    CHECK(count - before < 3 * millisecond && WORD(enable) == 0);
}

static void test_pdm(void)
{
    source_setup asked = setup(16000000, 1);
    asked.pin = 25;
    asked.clock = 42;
    asked.shift = 2;
    CHECK(nrf52_pdm.start(&asked) == NULL);
    CHECK(WORD(0x4001d504) == 0x0a000000 && WORD(0x4001d520) == 1 && WORD(0x4001d508) == 1);
    CHECK(WORD(0x4001d518) == 0x40 && WORD(0x4001d51c) == 0x40 && WORD(0x4001d540) == 42 && WORD(0x4001d544) == 25);
    CHECK(WORD(0x4001d560) == (uint32_t) (uintptr_t) ring && WORD(0x4001d564) == ringValues);
    CHECK(WORD(0x4001d500) == 1 && WORD(0x4001d000) == 1 && WORD(0x50000700 + 4 * 25) == 0 && WORD(0x50000a00 + 4 * 10) == 3);

    for (uint32_t i = 0; i < ringValues; i++) ring[i] = (uint16_t) i;
    int16_t values[run];
    CHECK(nrf52_pdm.available(run) == 0);
    count += 20 * millisecond;
    CHECK(nrf52_pdm.available(run) == 320 - 16);
    nrf52_pdm.take(values, run);
    CHECK(values[0] == 0 && values[run - 1] == run - 1 && nrf52_pdm.available(run) == run - 16);
    /* 2000 samples later the ring holds the last 640: all that may be overwritten is lost, in whole runs. */
    count += 125 * millisecond;
    CHECK(nrf52_pdm.available(run) <= ringValues - 32 && nrf52_pdm.lost() == 1600);
    nrf52_pdm.take(values, run);
    CHECK(values[0] == (run + 1600) % ringValues);
    check_stop(&nrf52_pdm, 0x4001d104, 0x4001d500);
    CHECK(WORD(0x4001d004) == 1 && !nrf52_pdm.ended());

    asked.right = true;
    asked.millihertz = 15625000;
    CHECK(nrf52_pdm.start(&asked) == NULL);
    CHECK(WORD(0x4001d508) == 3 && WORD(0x4001d504) == 0x08000000 && WORD(0x4001d520) == 0);
    asked.shift = 4;
    CHECK(refuses(&nrf52_pdm, asked, "gain"));
    asked.shift = 0;
    asked.pin = 42;
    CHECK(refuses(&nrf52_pdm, asked, "pin"));
    asked.pin = 6;
    CHECK(refuses(&nrf52_pdm, asked, "pin"));
    asked.pin = 25;
    asked.millihertz = 16001000;
    CHECK(refuses(&nrf52_pdm, asked, "rate"));
    /* No run would ever find its samples beside the 32 that may be overwritten. */
    asked.millihertz = 16000000;
    asked.ringValues = run + 32;
    CHECK(nrf52_pdm.start(&asked) == NULL);
    asked.ringValues--;
    CHECK(refuses(&nrf52_pdm, asked, "buffer"));
    asked.ringValues = 0x8000;
    CHECK(refuses(&nrf52_pdm, asked, "buffer"));
}

static void test_adc(void)
{
    source_setup asked = setup(1000000, 2);
    asked.pin = 5;
    WORD(0x50000714) = WORD(0x50000770) = 3;
    CHECK(nrf52_adc.start(&asked) == NULL);
    CHECK(WORD(0x40007510) == 4 && WORD(0x40007520) == 5 && WORD(0x40007530) == 0 && WORD(0x40007518) == 0x21200);
    CHECK(WORD(0x50000714) == 2 && WORD(0x50000770) == 2 && WORD(0x50000774) == 0);
    CHECK(WORD(0x400075f0) == 2 && WORD(0x4000762c) == (uint32_t) (uintptr_t) ring && WORD(0x40007630) == ringValues);
    CHECK(WORD(0x40009540) == 16000 && WORD(0x40009508) == 3 && WORD(0x40009200) == 1 && WORD(0x40009000) == 1);
    CHECK(WORD(0x4001f510) == 0x40009140 && WORD(0x4001f514) == 0x40007004 && WORD(0x4001f518) == 0x40007104
        && WORD(0x4001f51c) == 0x40007000 && WORD(0x4001f504) == 3 && WORD(0x40007000) == 1);
    ring[0] = 2048;
    ring[1] = 4095;
    ring[2] = 0;
    ring[3] = (uint16_t) -3;
    int16_t values[4];
    count += 10 * millisecond;
    CHECK(nrf52_adc.available(4) == 2 * 6);
    nrf52_adc.take(values, 4);
    CHECK(values[0] == 0 && values[1] == 32752 && values[2] == -32768 && values[3] == -32768);
    check_stop(&nrf52_adc, 0x40007114, 0x40007500);
    CHECK(WORD(0x4001f508) == 3 && WORD(0x40007008) == 1);
    /* The line has P0.30. */
    asked.pin = 29;
    CHECK(refuses(&nrf52_adc, asked, "pin"));
    asked.pin = 31;
    CHECK(refuses(&nrf52_adc, asked, "pin"));
    asked.pin = 6;
    CHECK(refuses(&nrf52_adc, asked, "pin"));
    asked.pin = 5;
    asked.millihertz = 3000000;
    CHECK(refuses(&nrf52_adc, asked, "rate"));
    asked.millihertz = 40000000;
    CHECK(refuses(&nrf52_adc, asked, "rate"));
    asked.millihertz = 1000000;
    asked.ringValues = run + 15;
    CHECK(refuses(&nrf52_adc, asked, "buffer"));
}

static void test_i2c(void)
{
    uint8_t sent[2] = { 1, 2 }, received[3];
    CHECK(!port_i2c_open(14, 14) && !port_i2c_open(14, 6) && !port_i2c_open(sourceUnset, 15) && port_i2c_open(14, 15));
    CHECK(WORD(0x40003508) == 15 && WORD(0x4000350c) == 14 && WORD(0x40003524) == 0x06400000);
    CHECK(WORD(0x50000700 + 4 * 14) == 0x60c && WORD(0x50000700 + 4 * 15) == 0x60c);
    stopped = 0x40003104;
    enable = 0x40003500;
    stoppedAfter = 10;
    CHECK(port_i2c_exchange(0x6b, sent, 2, NULL, 0) && enabledThen == 6);
    CHECK(WORD(0x40003588) == 0x6b && WORD(0x40003548) == 2 && WORD(0x40003200) == 1 << 9 && WORD(0x40003008) == 1);
    stoppedAfter = 10;
    CHECK(port_i2c_exchange(0x6b, sent, 1, received, 3) && WORD(0x40003538) == 3 && WORD(0x40003200) == (1 << 7 | 1 << 12));
    const uint64_t before = count;
    stoppedAfter = 0;
    CHECK(WORD(0x40003014) == 0 && !port_i2c_exchange(0x6b, sent, 1, received, 3) && count - before < 6 * millisecond);
    /* What goes on would write to memory that is another's by then. */
    CHECK(WORD(0x40003014) == 1 && WORD(0x40003500) == 0);
    enabledThen = 0;
    stoppedAfter = 10;
    CHECK(port_i2c_exchange(0x6b, sent, 1, received, 3) && enabledThen == 6);
}

int main(void)
{
    static const uint32_t pages[] = { 0x40003000, 0x40007000, 0x40009000, 0x4001d000, 0x4001f000, 0x50000000 };
    static const struct
    {
        const char *name;
        void (*run)(void);
    } tests[] = { { "pdm", test_pdm }, { "adc", test_adc }, { "i2c", test_i2c } };
    for (uint32_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
    {
        void *const at = (void *) (uintptr_t) pages[i];
        if (mmap(at, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != at) return 2;
    }
    for (uint32_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
    {
        during = tests[i].name;
        tests[i].run();
    }
    printf("ok %u\n", (unsigned) (sizeof tests / sizeof tests[0]));
    return 0;
}
