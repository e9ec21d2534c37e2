/*
 * The whole firmware on this machine, asked over its line: packets go in and out as bytes. A program includes this once.
 */
#ifndef ASK_H
#define ASK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "check.h"
#include "firmware/application.h"
#include "firmware/engine.h"
#include "formats/cbor.h"
#include "link/frame.h"
#include "link/smp.h"
#include "ports/port.h"
#include "simulated_flash.h"
#include "simulated_port.h"
#include "store/activation.h"
#include "store/slots.h"
#include "update/upload.h"

/* ---------------------------------------------------------------------------------------------- what a port gives */

static bool wasReset;
void port_reset(void)
{
    wasReset = true;
    longjmp(powerOff, 2);
}

/* --------------------------------------------------------------------------------------------------- the harness */

static const char *testName;
#define CHECK_DURING "%s", testName

/* What main does before it waits for bytes. */
static void start(void)
{
    engine_unload();
    slots_open();
    upload_open();
    application_open();
    activation_start();
}

static uint32_t take(const uint8_t *from, uint32_t length)
{
    uint32_t packet = 0;
    for (uint32_t i = 0; i < length; i++)
    {
        packet = frame_take(from[i]);
        if (packet > 0) smp_answer(packet);
    }
    return packet;
}

/* Puts the frame of a packet in `to`, which has room for it; its length. */
static uint32_t frame_of(const uint8_t *packet, uint32_t length, uint8_t *to)
{
    memcpy(frame_packet, packet, length);
    sentLength = 0;
    frame_send(length);
    const uint32_t sent = sentLength;
    memcpy(to, sentLine, sent);
    sentLength = 0;
    return sent;
}

enum { version2 = 8, headerBytes = 8 };

/* A packet with its header; its length. */
static uint32_t packet_of(uint8_t operation, uint16_t group, uint8_t command, const void *payload, uint32_t length, uint8_t *to)
{
    const uint8_t header[headerBytes] = {
        version2 | operation, 0, (uint8_t) (length >> 8), (uint8_t) length, (uint8_t) (group >> 8), (uint8_t) group, 7, command,
    };
    memcpy(to, header, headerBytes);
    memcpy(to + headerBytes, payload, length);
    return headerBytes + length;
}

/* Sends a request over the line and reads its answer, which stays valid until the next request. */
static cbor_reader ask_raw(uint8_t operation, uint16_t group, uint8_t command, const void *payload, uint32_t length)
{
    static uint8_t packet[LINK_MTU], frame[2 * LINK_MTU], answer[LINK_MTU];
    const uint32_t frameLength = frame_of(packet, packet_of(operation, group, command, payload, length, packet), frame);
    take(frame, frameLength);
    CHECK(sentLength > 0);

    /* The answer's frame is taken by the same code, which finds it whole. */
    uint32_t answered = 0;
    for (uint32_t i = 0; i < sentLength; i++) answered = frame_take(sentLine[i]);
    CHECK(answered >= headerBytes);
    memcpy(answer, frame_packet, answered);
    CHECK(answer[0] == (version2 | (operation + 1)) && answer[6] == 7 && answer[7] == command);
    return (cbor_reader) { answer + headerBytes, answer + answered };
}

/* A request that is put together by the firmware's own writer. */
static uint8_t request[LINK_MTU - headerBytes];
static cbor_writer ask;

static void begin(uint32_t pairs)
{
    ask = (cbor_writer) { request, request, request + sizeof request, false };
    cbor_head(&ask, cborMap, pairs);
}

static void put_bytes(const char *key, const uint8_t *from, uint32_t length)
{
    cbor_text(&ask, key);
    cbor_string(&ask, cborBytes, from, length);
}

static cbor_reader send(uint8_t operation, uint16_t group, uint8_t command)
{
    return ask_raw(operation, group, command, request, (uint32_t) (ask.at - request));
}

static uint32_t number_of(cbor_reader answer, const char *key)
{
    cbor_reader at;
    uint32_t value;
    CHECK(cbor_find(answer, key, &at) && cbor_read_u32(&at, &value));
    return value;
}

/* The error that an answer holds; modelOk if none. */
static uint32_t error_of(cbor_reader answer)
{
    cbor_reader at;
    return cbor_find(answer, "err", &at) ? number_of(at, "rc") : modelOk;
}

static uint32_t smp_error_of(cbor_reader answer)
{
    cbor_reader at;
    return cbor_find(answer, "rc", &at) ? number_of(answer, "rc") : smpOk;
}

static cbor_reader upload_piece(bytes file, uint32_t offset, uint32_t length, uint32_t declared)
{
    static uint8_t piece[1024];
    uint8_t hash[sha256Bytes];
    memset(piece, 'x', sizeof piece);
    const uint32_t there = offset < file.length ? file.length - offset : 0;
    memcpy(piece, file.at + offset, length < there ? length : there);
    sha256(file.at, file.length, hash);
    begin(offset == 0 ? 4 : 2);
    cbor_pair(&ask, "off", offset);
    put_bytes("data", piece, length);
    if (offset == 0)
    {
        cbor_pair(&ask, "len", declared);
        put_bytes("sha", hash, sha256Bytes);
    }
    return send(opWrite, groupImage, 1);
}

enum { pieceBytes = 300 };

/* Where the last piece of an upload begins. */
static uint32_t last_piece(bytes file)
{
    return (file.length - 1) / pieceBytes * pieceBytes;
}

/* The first so many bytes of a file, piece by piece. */
static uint32_t upload_until(bytes file, uint32_t end)
{
    uint32_t offset = 0;
    while (offset < end)
    {
        const uint32_t rest = file.length - offset;
        const cbor_reader answer = upload_piece(file, offset, rest < pieceBytes ? rest : pieceBytes, file.length);
        if (error_of(answer)) return error_of(answer);
        offset = number_of(answer, "off");
    }
    return modelOk;
}

static uint32_t upload(bytes file)
{
    return upload_until(file, file.length);
}

/* Asks for the model with that file: for good, to be tried at once, or at the next start. */
static uint32_t choose(bytes file, const char *how)
{
    uint8_t hash[sha256Bytes];
    sha256(file.at, file.length, hash);
    begin(how ? 2 : 1);
    put_bytes("hash", hash, sha256Bytes);
    if (how)
    {
        cbor_text(&ask, how);
        cbor_bool(&ask, true);
    }
    return error_of(send(opWrite, groupImage, 0));
}

static uint32_t activate(bytes file)
{
    return choose(file, "confirm");
}

static void install(bytes file)
{
    CHECK(upload(file) == modelOk);
    CHECK(activate(file) == modelOk);
}

#endif
