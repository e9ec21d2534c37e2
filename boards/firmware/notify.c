#include "notify.h"

#include "../formats/cbor.h"
#include "../link/codes.h"
#include "../link/frame.h"
#include "permission.h"

enum { headerBytes = 8, packetBytes = 144, version2 = 1, notifications = 19 };

static bool enabled;
static uint8_t sequence;

void notify_enable(bool on)
{
    enabled = on;
}

void notify_event(uint32_t event, const uint8_t *name, uint32_t nameLength, uint32_t run, float level)
{
    if (!enabled || permission_to_read()) return;
    uint8_t packet[packetBytes];
    uint8_t *const payload = packet + headerBytes;
    cbor_writer to = { payload, payload, packet + packetBytes, false };
    cbor_head(&to, cborMap, 4);
    cbor_pair(&to, "event", event);
    cbor_text(&to, "name");
    cbor_string(&to, cborText, name, nameLength);
    cbor_pair(&to, "run", run);
    cbor_text(&to, "level");
    cbor_float(&to, level);
    if (to.overflow) return;
    const uint32_t length = (uint32_t) (to.at - payload);
    const uint8_t header[headerBytes] = {
        version2 << 3 | opReadAnswer, 0, (uint8_t) (length >> 8), (uint8_t) length, groupInference >> 8, groupInference, sequence++, notifications,
    };
    for (uint32_t i = 0; i < headerBytes; i++) packet[i] = header[i];
    frame_send_packet(packet, headerBytes + length);
}
