/* Sensors of a family, of which the firmware has the drivers. */
#ifndef WASMOTE_SOURCES_H
#define WASMOTE_SOURCES_H

#include "../drivers/source.h"

/* The port's driver of that number, from 0 on; NULL beyond the last. The one of no_sources.c is for families without any. */
const source *port_source(uint32_t index);

/* As that, of drivers that the firmware was built with besides (WASMOTE_OWN_SOURCES). The one of no_own_drivers.c is for none. */
const source *own_source(uint32_t index);

#endif
