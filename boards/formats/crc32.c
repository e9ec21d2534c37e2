#include "crc32.h"

uint32_t crc32(const void *bytes, uint32_t length)
{
    uint32_t crc = 0xffffffff;
    for (const uint8_t *at = bytes; length > 0; length--)
    {
        crc ^= *at++;
        for (uint32_t bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}
