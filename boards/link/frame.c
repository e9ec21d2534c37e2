#include "frame.h"

#include "line.h"

enum
{
    start0 = 0x06, start1 = 0x09, next0 = 0x04, next1 = 0x14,
    crcBytes = 2, lengthBytes = 2,
    lineCharacters = 124,       /* base64 in a line of 127 bytes: two of marker and the line feed besides */
};

enum { smallestPacket = 8 };

uint8_t frame_packet[LINK_MTU + crcBytes];

static enum { atLineStart, afterStart0, afterNext0, inBody, inPadding, inOtherText } state;
static uint32_t expected;       /* what the length field says */
static uint32_t received;       /* bytes decoded, the length field included */
static uint32_t group, groupCharacters;     /* base64 characters that make no three bytes yet */

static uint16_t crc16(uint16_t crc, uint8_t byte)
{
    crc ^= (uint16_t) (byte << 8);
    for (uint32_t bit = 0; bit < 8; bit++) crc = (uint16_t) (crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    return crc;
}

static uint16_t crc16_of(const uint8_t *bytes, uint32_t length)
{
    uint16_t crc = 0;
    while (length-- > 0) crc = crc16(crc, *bytes++);
    return crc;
}

/* Value of a base64 character, or -1. */
static int base64_value(uint8_t character)
{
    if (character >= 'A' && character <= 'Z') return character - 'A';
    if (character >= 'a' && character <= 'z') return character - 'a' + 26;
    if (character >= '0' && character <= '9') return character - '0' + 52;
    return character == '+' ? 62 : character == '/' ? 63 : -1;
}

static void drop(void)
{
    expected = received = 0;
    state = inOtherText;
}

static void decoded(uint8_t byte)
{
    if (received < lengthBytes) expected = expected << 8 | byte;
    else if (received - lengthBytes < sizeof frame_packet) frame_packet[received - lengthBytes] = byte;
    received++;
    if (received == lengthBytes && (expected > sizeof frame_packet || expected < smallestPacket + crcBytes)) drop();
}

static void take_base64(uint8_t character)
{
    const bool padding = character == '=';
    const int value = padding ? 0 : base64_value(character);
    if (value < 0 || (state == inPadding && !padding) || (padding && groupCharacters < 2))
    {
        drop();
        return;
    }
    const uint32_t bytes = state == inPadding ? 1 : padding ? groupCharacters - 1 : 3;
    if (padding) state = inPadding;
    group = group << 6 | (uint32_t) value;
    if (++groupCharacters < 4) return;

    const uint32_t complete = group;
    group = groupCharacters = 0;
    for (uint32_t i = 0; i < bytes && state != inOtherText; i++) decoded((uint8_t) (complete >> (16 - 8 * i)));
}

/* At the end of a line: the packet's length if it is complete and right. */
static uint32_t end_line(void)
{
    const bool body = state == inBody || state == inPadding;
    state = atLineStart;
    if (!body || groupCharacters != 0)
    {
        if (body) expected = received = 0;
        return 0;
    }
    if (received < lengthBytes || received < expected + lengthBytes) return 0;

    const uint32_t length = expected - crcBytes;
    const bool right = received == expected + lengthBytes
        && crc16_of(frame_packet, length) == (uint16_t) (frame_packet[length] << 8 | frame_packet[length + 1]);
    expected = received = 0;
    return right ? length : 0;
}

uint32_t frame_take(uint8_t byte)
{
    if (byte == '\n') return end_line();
    if (byte == '\r') return 0;

    switch (state)
    {
        case atLineStart:
            state = byte == start0 ? afterStart0 : byte == next0 ? afterNext0 : inOtherText;
            break;
        case afterStart0:
        case afterNext0:
        {
            const bool first = state == afterStart0;
            group = groupCharacters = 0;
            if (first) expected = received = 0;
            if (byte == (first ? start1 : next1) && (first || received > 0)) state = inBody;
            else drop();
            break;
        }
        case inBody:
        case inPadding:
            take_base64(byte);
            break;
        case inOtherText:
            break;
    }
    return 0;
}

/* A packet on its way out. */
typedef struct sender
{
    uint32_t group, groupBytes, lineLength;
} sender;

static void send_group(sender *to)
{
    static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint32_t bits = to->group << 8 * (3 - to->groupBytes);

    if (to->lineLength == lineCharacters)
    {
        port_putc('\n');
        port_putc(next0);
        port_putc(next1);
        to->lineLength = 0;
    }
    for (uint32_t i = 0; i < 4; i++)
        port_putc(i > to->groupBytes ? '=' : (uint8_t) alphabet[bits >> (18 - 6 * i) & 63]);
    to->lineLength += 4;
    to->group = to->groupBytes = 0;
}

static void send_byte(sender *to, uint8_t byte)
{
    to->group = to->group << 8 | byte;
    if (++to->groupBytes == 3) send_group(to);
}

void frame_send_packet(const uint8_t *packet, uint32_t length)
{
    const uint16_t crc = crc16_of(packet, length);
    sender to = { 0, 0, 0 };

    port_putc(start0);
    port_putc(start1);
    send_byte(&to, (uint8_t) ((length + crcBytes) >> 8));
    send_byte(&to, (uint8_t) (length + crcBytes));
    for (uint32_t i = 0; i < length; i++) send_byte(&to, packet[i]);
    send_byte(&to, (uint8_t) (crc >> 8));
    send_byte(&to, (uint8_t) crc);
    if (to.groupBytes > 0) send_group(&to);
    port_putc('\n');
}

void frame_send(uint32_t length)
{
    frame_send_packet(frame_packet, length);
}
