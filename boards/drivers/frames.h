/*
 * Samples in a stream of bytes: bytes that begin a frame, one 16-bit value of each channel, and perhaps a checksum of the values' bytes: their
 * sum, or their exclusive or, in 8 bits.
 */
#ifndef WASMOTE_FRAMES_H
#define WASMOTE_FRAMES_H

#include "source.h"

typedef struct frame_reader
{
    const source_setup *setup;
    uint32_t window;                    /* the last bytes, the newest lowest */
    uint32_t at;                        /* bytes of the frame that have come; notInFrame while its beginning is looked for */
    uint8_t check;
    uint8_t bytes[2 * sourceMostFrameChannels];
} frame_reader;

typedef enum frame_result
{
    frameGoesOn, frameComplete, frameWrong,     /* wrong: its checksum is another */
} frame_result;

/* NULL, or what of the setup it cannot do. The setup, of at most sourceMostFrameChannels, stays where it is. */
const char *frames_begin(frame_reader *reader, const source_setup *setup);

/* Takes a byte. After frameComplete `bytes` are the frame's values. */
frame_result frames_take(frame_reader *reader, uint8_t byte);

/* A channel's value in the bytes of a frame's values. */
uint16_t frame_value(const source_setup *setup, const uint8_t *values, uint32_t channel);

/* Bytes have been lost: the next beginning is looked for. */
void frames_lose(frame_reader *reader);

#endif
