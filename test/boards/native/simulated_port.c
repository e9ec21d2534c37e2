#include "simulated_port.h"

#include <stddef.h>

#include "ports/actions.h"
#include "ports/pins.h"
#include "ports/port.h"
#include "ports/sources.h"

/* The symbols of the linker scripts: static data, a stack that is never used, and the arena. */
__asm__(".globl __ram_start, __stack_start, __arena_start, __arena_end\n"
        ".set __ram_start, board_ram\n"
        ".set __stack_start, board_ram\n"
        ".set __arena_start, board_arena\n"
        ".set __arena_end, board_arena + 262144\n");
uint8_t board_ram[16] __attribute__((aligned(16)));
uint8_t board_arena[boardArenaBytes] __attribute__((aligned(16)));

uint8_t sentLine[8192];
uint32_t sentLength;

void port_putc(uint8_t byte)
{
    if (sentLength < sizeof sentLine) sentLine[sentLength++] = byte;
}

uint64_t portCount;
uint64_t port_counter(void) { return portCount += 10; }
const char *port_counter_unit(void) { return "cycles"; }

uint32_t pinsHigh, pinsSet;
bool port_pin_set(uint32_t pin, bool high)
{
    if (pin >= simulatedPins) return false;
    pinsSet |= 1u << pin;
    pinsHigh = high ? pinsHigh | 1u << pin : pinsHigh & ~(1u << pin);
    return true;
}

const source *simulatedSource;
const source *port_source(uint32_t index) { return index == 0 ? simulatedSource : NULL; }
const source *own_source(uint32_t index) { (void) index; return NULL; }

/* The port has no action; the firmware's builder may. */
const action *simulatedAction;
const action *port_action(uint32_t index) { (void) index; return NULL; }
const action *own_action(uint32_t index) { return index == 0 ? simulatedAction : NULL; }
