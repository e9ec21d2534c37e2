/* Answers that are longer than a packet. */
#ifndef WASMOTE_ANSWER_PIECE_H
#define WASMOTE_ANSWER_PIECE_H

#include "../formats/cbor.h"

/* Answers with a piece of `bytes` from an offset on, which lies within them, as long as fits. */
void answer_piece(cbor_writer *answer, const uint8_t *bytes, uint32_t length, uint32_t offset);

#endif
