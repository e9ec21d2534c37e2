#include "message.h"

#include <string.h>

#include "ed25519.h"
#include "keys.h"

enum { longestPayload = 160, algorithmLabel = 1, keyIdLabel = 4 };

/* {1: -8}: the signature is of EdDSA. */
static const uint8_t protectedHeader[] = { 0xa1, algorithmLabel, 0x27 };

/* Reads the unprotected header, a map with the name of the key. */
static bool read_key_id(cbor_reader *from, const uint8_t **id, uint32_t *length)
{
    uint32_t pairs, label;
    if (!cbor_read_container(from, cborMap, &pairs) || pairs != 1) return false;
    return cbor_read_u32(from, &label) && label == keyIdLabel && cbor_read_string(from, cborBytes, id, length);
}

bool message_check(const uint8_t *message, uint32_t length, cbor_reader *map)
{
    cbor_reader from = { message, message + length };
    const uint8_t *header, *id, *payload, *signature;
    uint32_t parts, headerLength, idLength, payloadLength, signatureLength;
    if (!cbor_read_container(&from, cborArray, &parts) || parts != 4) return false;
    if (!cbor_read_string(&from, cborBytes, &header, &headerLength) || headerLength != sizeof protectedHeader
        || memcmp(header, protectedHeader, headerLength) != 0) return false;
    if (!read_key_id(&from, &id, &idLength)) return false;
    if (!cbor_read_string(&from, cborBytes, &payload, &payloadLength) || payloadLength > longestPayload) return false;
    if (!cbor_read_string(&from, cborBytes, &signature, &signatureLength) || signatureLength != ed25519SignatureBytes
        || from.at != from.end) return false;

    /* The structure that is signed, RFC 9052, 4.4. */
    uint8_t structure[longestPayload + 40];
    cbor_writer to = { structure, structure, structure + sizeof structure, false };
    cbor_head(&to, cborArray, 4);
    cbor_text(&to, "Signature1");
    cbor_string(&to, cborBytes, protectedHeader, sizeof protectedHeader);
    cbor_string(&to, cborBytes, (const uint8_t *) "wasmote", 7);
    cbor_string(&to, cborBytes, payload, payloadLength);
    *map = (cbor_reader) { payload, payload + payloadLength };
    return !to.overflow && keys_verify(id, idLength, signature, structure, (uint32_t) (to.at - structure));
}
