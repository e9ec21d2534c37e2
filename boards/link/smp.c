#include "smp.h"

#include <stddef.h>

#include "frame.h"
#include "line.h"

enum { headerBytes = 8, version2 = 1 };

static bool resetAsked;
static uint8_t version;     /* of the request, as its header has it */

void smp_error(cbor_writer *answer, uint32_t rc)
{
    answer->at = answer->start;
    answer->overflow = false;
    cbor_head(answer, cborMap, 1);
    cbor_pair(answer, "rc", rc);
}

void smp_run_error(cbor_writer *answer, model_error error, bool wasReset, bool cameBack)
{
    if (version < version2)
    {
        smp_error(answer, smpUnknown);
        return;
    }
    answer->at = answer->start;
    answer->overflow = false;
    cbor_head(answer, cborMap, 1u + wasReset + cameBack);
    cbor_text(answer, "err");
    cbor_head(answer, cborMap, 2);
    cbor_pair(answer, "group", groupInference);
    cbor_pair(answer, "rc", error);
    if (wasReset)
    {
        cbor_text(answer, "reset");
        cbor_bool(answer, true);
    }
    if (cameBack)
    {
        cbor_text(answer, "reverted");
        cbor_bool(answer, true);
    }
}

void smp_model_error(cbor_writer *answer, model_error error)
{
    smp_run_error(answer, error, false, false);
}

void smp_reset_afterwards(void)
{
    resetAsked = true;
}

static smp_handler find(const smp_command *commands, uint32_t count, uint16_t group, uint8_t command, uint8_t operation)
{
    for (; count > 0; count--, commands++)
    {
        if (commands->group == group && commands->command == command && commands->operation == operation)
            return commands->handle;
    }
    return NULL;
}

static smp_handler find_in_groups(uint16_t group, uint8_t command, uint8_t operation)
{
    smp_handler handle = find(os_commands, osCommandCount, group, command, operation);
    if (!handle) handle = find(image_commands, imageCommandCount, group, command, operation);
    if (!handle) handle = find(inference_commands, inferenceCommandCount, group, command, operation);
    if (!handle) handle = find(application_commands, applicationCommandCount, group, command, operation);
    if (!handle) handle = find(sample_commands, sampleCommandCount, group, command, operation);
    return handle;
}

void smp_answer(uint32_t length)
{
    uint8_t *header = frame_packet, *payload = frame_packet + headerBytes;
    const uint8_t operation = header[0] & 7;
    if (operation != opRead && operation != opWrite) return;

    version = header[0] >> 3 & 3;
    const uint32_t payloadLength = (uint32_t) header[2] << 8 | header[3];
    const uint16_t group = (uint16_t) (header[4] << 8 | header[5]);
    const smp_handler handle = find_in_groups(group, header[7], operation);

    cbor_writer answer = { payload, payload, frame_packet + LINK_MTU, false };
    if (payloadLength != length - headerBytes) smp_error(&answer, smpInvalid);
    else if (!handle) smp_error(&answer, smpNotSupported);
    else handle((cbor_reader) { payload, payload + payloadLength }, &answer);
    if (answer.overflow) smp_error(&answer, smpTooLarge);

    const uint32_t written = (uint32_t) (answer.at - payload);
    header[0] = (uint8_t) ((header[0] & 0xf8) | (operation + 1));
    header[2] = (uint8_t) (written >> 8);
    header[3] = (uint8_t) written;
    frame_send(headerBytes + written);
    if (resetAsked) port_reset();
}
