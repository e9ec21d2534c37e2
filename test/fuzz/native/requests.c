#include "requests.h"

#include <stdbool.h>
#include <string.h>

#include "damage.h"
#include "formats/sha256.h"
#include "simulated_port.h"

uint32_t answered, dropped;

cbor_writer payload_of(void)
{
    static uint8_t payload[mostPayload];
    return (cbor_writer) { payload, payload, payload + sizeof payload, false };
}

uint32_t put_packet(uint8_t *packet, const smp_command *to, uint8_t sequence, const cbor_writer *payload)
{
    const uint32_t length = (uint32_t) (payload->at - payload->start);
    const uint8_t head[smpHeader] = {
        8 | to->operation, 0, (uint8_t) (length >> 8), (uint8_t) length, (uint8_t) (to->group >> 8), (uint8_t) to->group, sequence,
        to->command,
    };
    memcpy(packet, head, smpHeader);
    memmove(packet + smpHeader, payload->start, length);
    return smpHeader + length;
}

cbor_writer piece_of(bytes file, uint32_t offset, const uint8_t *hash)
{
    cbor_writer to = payload_of();
    const uint32_t rest = file.length - offset;
    cbor_head(&to, cborMap, offset ? 2 : 4);
    cbor_pair(&to, "off", offset);
    cbor_text(&to, "data");
    cbor_string(&to, cborBytes, file.at + offset, rest < pieceBytes ? rest : pieceBytes);
    if (offset) return to;
    cbor_pair(&to, "len", file.length);
    cbor_text(&to, "sha");
    cbor_string(&to, cborBytes, hash, sha256Bytes);
    return to;
}

void put_pairs(cbor_writer *to, uint32_t pairs)
{
    static const char *const keys[] = { "i", "off", "first", "last", "limit", "slot", "len", "on", "n", "from" };
    for (uint32_t i = 0; i < pairs; i++) cbor_pair(to, keys[below(sizeof keys / sizeof *keys)], below(2) ? below(9) : odd_number());
}

smp_command any_command(void)
{
    const struct { const smp_command *commands; uint32_t count; } groups[] = {
        { os_commands, osCommandCount }, { image_commands, imageCommandCount }, { inference_commands, inferenceCommandCount },
        { application_commands, applicationCommandCount },
    };
    const uint32_t group = below(sizeof groups / sizeof *groups);
    return groups[group].commands[below(groups[group].count)];
}

uint32_t take_line(const uint8_t *from, uint32_t length)
{
    uint32_t packets = 0;
    for (uint32_t i = 0; i < length; i++)
    {
        const uint32_t packet = frame_take(from[i]);
        if (!packet) continue;
        packets++;
        smp_answer(packet);
    }
    return packets;
}

void send_request(uint32_t damage)
{
    if (damage < 2) change_cbor(smpHeader, work.length);
    if (damage < 3) change(damage == 2 ? 0 : smpHeader, work.length);
    if (damage < 3 && below(4) && work.length >= smpHeader)
    {
        work.at[2] = (uint8_t) ((work.length - smpHeader) >> 8);
        work.at[3] = (uint8_t) (work.length - smpHeader);
    }
    if (work.length > LINK_MTU) work.length = LINK_MTU;
    memcpy(frame_packet, work.at, work.length);
    sentLength = 0;
    frame_send(work.length);
    work.length = sentLength;
    memcpy(work.at, sentLine, sentLength);
    if (damage == 3) change(0, work.length);
    sentLength = 0;
    if (take_line(work.at, work.length)) answered++;
    else dropped++;
}
