/* The watchdog of the ESP32-C3, while a guarded call runs. */
#ifndef WASMOTE_ESP32_C3_WATCHDOG_H
#define WASMOTE_ESP32_C3_WATCHDOG_H

#include <stdint.h>

/* Has it wait for so many cycles more than it does else, from now on; 0 for none. */
void watchdog_wait_for(uint64_t cycles);

#endif
