/* CRC-32 as IEEE 802.3 has it: polynomial 0x04c11db7, reflected. */
#ifndef WASMOTE_CRC32_H
#define WASMOTE_CRC32_H

#include <stdint.h>

uint32_t crc32(const void *bytes, uint32_t length);

#endif
