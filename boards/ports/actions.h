/* What boards of a family do when events begin, besides setting pins. */
#ifndef WASMOTE_ACTIONS_H
#define WASMOTE_ACTIONS_H

#include "../drivers/action.h"

/* The port's driver of that number, from 0 on; NULL beyond the last. The one of no_actions.c is for families without any. */
const action *port_action(uint32_t index);

/* As that, of drivers that the firmware was built with besides (WASMOTE_OWN_ACTIONS). The one of no_own_drivers.c is for none. */
const action *own_action(uint32_t index);

#endif
