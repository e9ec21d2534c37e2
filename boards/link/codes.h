/* The codes of docs/link.md: operations, groups and errors; those of models come from host/abi. */
#ifndef WASMOTE_CODES_H
#define WASMOTE_CODES_H

#include "../abi/abi.h"

enum { opRead = 0, opReadAnswer = 1, opWrite = 2, opWriteAnswer = 3 };

enum { groupOs = 0, groupImage = 1, groupInference = 64 };

/* Errors of SMP itself. Source: Zephyr, "SMP Protocol Specification", table of mcumgr_err_t. */
enum { smpOk = 0, smpUnknown = 1, smpInvalid = 3, smpTooLarge = 7, smpNotSupported = 8 };

#endif
