/* Group 64, what an application gives of its samples, where its file says so. */
#include "../link/smp.h"
#include "answer_application.h"
#include "application.h"
#include "permission.h"

static void capture(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    bool start;
    model_error error = permission_to_read();
    if (!error)
        error = cbor_find(request, "start", &at) && cbor_read_bool(&at, &start) ? application_capture(start) : modelBadRequest;
    if (error) smp_model_error(answer, error);
    else answer_application(answer);
}

static void captured(cbor_reader request, cbor_writer *answer)
{
    enum { besideBytes = 32 };
    cbor_reader at;
    uint32_t first;
    application_chunk chunk;
    model_error error = permission_to_read();
    if (!error)
        error = cbor_find(request, "from", &at) && cbor_read_u32(&at, &first)
            ? application_captured(first, (uint32_t) (answer->end - answer->at) - besideBytes, &chunk) : modelBadRequest;
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    cbor_head(answer, cborMap, 3);
    cbor_pair(answer, "from", chunk.first);
    cbor_text(answer, "data");
    cbor_string(answer, cborBytes, chunk.bytes, chunk.length);
    cbor_text(answer, "ended");
    cbor_bool(answer, chunk.ended);
}

const smp_command sample_commands[] = {
    { groupInference, 16, opWrite, capture },
    { groupInference, 16, opRead, captured },
};
const uint32_t sampleCommandCount = sizeof sample_commands / sizeof sample_commands[0];
