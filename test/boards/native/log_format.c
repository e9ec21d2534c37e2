#include "log_format.h"

#include <stdlib.h>
#include <string.h>

#include "simulated_flash.h"

/* The words of a header: "wrgs", the sequence number, the format, and as the last one the CRC-32 of those before. */
enum { atMagic, atSequence, atFormat, atCrc = 11 };

static uint32_t *log_header(void)
{
    uint32_t *first = (uint32_t *) flash, *second = (uint32_t *) (flash + flashSector), *newest = NULL;
    if (first[atMagic] == 0x73677277) newest = first;
    if (second[atMagic] == 0x73677277 && (!newest || second[atSequence] > first[atSequence])) newest = second;
    if (!newest) abort();
    return newest;
}

void log_set_format(uint32_t format)
{
    uint32_t *header = log_header(), crc = 0xffffffff;
    header[atFormat] = format;
    for (uint32_t i = 0; i < 4 * atCrc; i++)
    {
        crc ^= ((const uint8_t *) header)[i];
        for (uint32_t bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    header[atCrc] = ~crc;
}

uint32_t log_format(void)
{
    return log_header()[atFormat];
}
