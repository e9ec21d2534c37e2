/* What a family with a RISC-V core gives to ports/risc-v. */
#ifndef WASMOTE_RISC_V_H
#define WASMOTE_RISC_V_H

#include <stdint.h>

/* Has an interrupt come, enabled in mie, when the counter has gone up by `units`. */
void risc_v_start_limit(uint64_t units);

/* No interrupt comes any more. */
void risc_v_end_limit(void);

#endif
