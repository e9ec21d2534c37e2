/* SMP: dispatches a packet to its group and answers it. Source: Zephyr, "SMP Protocol Specification". */
#ifndef WASMOTE_SMP_H
#define WASMOTE_SMP_H

#include <stdbool.h>
#include <stdint.h>

#include "../formats/cbor.h"
#include "codes.h"

/*
 * Answers a command: reads all it needs of the request before it writes the answer, since both share one buffer.
 * The answer is a map whose head is still to be written.
 */
typedef void (*smp_handler)(cbor_reader request, cbor_writer *answer);

typedef struct smp_command
{
    uint16_t group;
    uint8_t command, operation;
    smp_handler handle;
} smp_command;

extern const smp_command os_commands[], image_commands[], inference_commands[], application_commands[], sample_commands[];
extern const uint32_t osCommandCount, imageCommandCount, inferenceCommandCount, applicationCommandCount, sampleCommandCount;

/* Answers the packet in frame_packet. Restarts the board if that was asked for. */
void smp_answer(uint32_t length);

/* Answers with an error of SMP itself, in place of what was written. */
void smp_error(cbor_writer *answer, uint32_t rc);

/* Answers with an error of uploads or inference, in place of what was written. */
void smp_model_error(cbor_writer *answer, model_error error);

/* As smp_model_error, for a run: says whether the model's state was reset, and whether the model before it came back. */
void smp_run_error(cbor_writer *answer, model_error error, bool wasReset, bool cameBack);

/* Has the board restarted once the answer is sent. */
void smp_reset_afterwards(void);

#endif
