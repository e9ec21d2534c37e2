/* The codes of docs/link.md: operations, groups and errors. */
#ifndef WASMOTE_CODES_H
#define WASMOTE_CODES_H

enum { opRead = 0, opReadAnswer = 1, opWrite = 2, opWriteAnswer = 3 };

enum { groupOs = 0, groupImage = 1, groupInference = 64 };

/* Errors of SMP itself. Source: Zephyr, "SMP Protocol Specification", table of mcumgr_err_t. */
enum { smpOk = 0, smpUnknown = 1, smpInvalid = 3, smpTooLarge = 7, smpNotSupported = 8 };

/* Errors of inference and of uploads. */
typedef enum model_error
{
    modelOk = 0, modelUnknown = 1, modelNone = 2, modelBadRequest = 3, modelBad = 4, modelAbi = 5, modelMemory = 6,
    modelFlash = 7, modelHash = 8, modelTrap = 9, modelLimit = 10, modelBusy = 11,
} model_error;

#endif
