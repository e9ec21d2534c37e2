#ifndef ACCELERATORS_SIGNAL_TEST_H
#define ACCELERATORS_SIGNAL_TEST_H

#include <stdint.h>

/* A hash of what the kernels of signal.h give for random operations: the same on every processor. */
uint32_t hash_signal(uint32_t cases);

#endif
