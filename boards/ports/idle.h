/* How long the processor may sleep while it waits for the line. */
#ifndef WASMOTE_IDLE_H
#define WASMOTE_IDLE_H

#include <stdint.h>

/*
 * Where port_getc waits for an interrupt when nothing has arrived, has it return within so many units of the counter, UINT64_MAX for as long as it may. The one of
 * no_idle.c is for families that never wait there.
 */
void port_wake_within(uint64_t units);

#endif
