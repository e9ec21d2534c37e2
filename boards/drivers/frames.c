#include "frames.h"

#include <stddef.h>

enum { notInFrame = 0xffffffff };

const char *frames_begin(frame_reader *reader, const source_setup *setup)
{
    if (setup->frame.syncLength == 0) return "sync";
    *reader = (frame_reader) { .setup = setup, .at = notInFrame };
    return NULL;
}

void frames_lose(frame_reader *reader)
{
    reader->at = notInFrame;
    reader->window = 0;
}

/* Whether the last bytes are those that begin a frame. */
static bool begins(const frame_reader *reader)
{
    const source_frame *const frame = &reader->setup->frame;
    for (uint32_t i = 0; i < frame->syncLength; i++)
        if ((uint8_t) (reader->window >> 8 * (frame->syncLength - 1 - i)) != frame->sync[i]) return false;
    return true;
}

frame_result frames_take(frame_reader *reader, uint8_t byte)
{
    const source_setup *const setup = reader->setup;
    const uint32_t length = 2 * setup->channels;
    if (reader->at == notInFrame)
    {
        reader->window = reader->window << 8 | byte;
        if (begins(reader)) reader->at = reader->check = 0;
        return frameGoesOn;
    }
    if (reader->at < length)
    {
        reader->bytes[reader->at++] = byte;
        reader->check = (uint8_t) (setup->frame.checksum == checksumXor ? reader->check ^ byte : reader->check + byte);
        if (reader->at < length || setup->frame.checksum != checksumNone) return frameGoesOn;
        frames_lose(reader);
        return frameComplete;
    }
    frames_lose(reader);
    return byte == reader->check ? frameComplete : frameWrong;
}

uint16_t frame_value(const source_setup *setup, const uint8_t *values, uint32_t channel)
{
    const uint8_t *const bytes = values + 2 * channel;
    return (uint16_t) (setup->frame.highByteFirst ? bytes[0] << 8 | bytes[1] : bytes[1] << 8 | bytes[0]);
}
