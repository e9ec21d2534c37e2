/* What the link is told of an application. */
#ifndef WASMOTE_ANSWER_APPLICATION_H
#define WASMOTE_ANSWER_APPLICATION_H

#include "../formats/cbor.h"

/* Answers with how it does. */
void answer_application(cbor_writer *answer);

#endif
