/* What the firmware is, as files and messages name it. */
#ifndef WASMOTE_ADMISSION_H
#define WASMOTE_ADMISSION_H

/* The ABI of docs/link.md that the firmware has. */
enum { firmwareAbi = 3 };

#endif
