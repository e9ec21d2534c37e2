#include "watchdog.h"

__attribute__((weak)) void port_watchdog_start(void) {}

__attribute__((weak)) void port_watchdog_feed(void) {}
