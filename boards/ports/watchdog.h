/*
 * The watchdog of a family, which resets the board when nobody has fed it for some seconds. The main loop feeds it, erasing flash does
 * before each sector, and guarded calls last as long as their limit lets them, and no longer.
 */
#ifndef WASMOTE_WATCHDOG_H
#define WASMOTE_WATCHDOG_H

/* Starts it, for good. The one of no_watchdog.c is for families without one: it does nothing. */
void port_watchdog_start(void);

/* Feeds it. Also before it is started, and from interrupts. */
void port_watchdog_feed(void);

#endif
