/*
 * The USB stack (boards/drivers/usb_cdc.c) with a controller and a host that are simulated here. Its hostile host makes
 * random requests, breaks transfers off, resets and suspends the bus, and moves data meanwhile; whatever it does, the
 * stack keeps to what usb_controller.h lets it do, and is sound afterwards.
 *
 * usb_cdc SEED STEPS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "usb_cdc.h"
#include "usb_controller.h"

static uint32_t step;
#define CHECK_DURING "step %u", step

/* ------------------------------------------------------------------------------------------------- the controller */

typedef enum control_stage { idle, sendsData, takesData, sendsStatus, takesStatus, stalled } control_stage;

static struct
{
    control_stage stage;
    uint8_t packet[usbPacketBytes], sent[usbPacketBytes];
    uint32_t packetBytes, sentBytes;
    bool open, sending, receiving, held;
    bool stalledIn, stalledOut;
    uint8_t address, nextAddress;
} controller;

static uint32_t touches;

void usb_cdc_touched(void) { touches++; }

void usb_controller_connect(void) {}

void usb_controller_send_control(const uint8_t *data, uint32_t length)
{
    CHECK(controller.stage == idle && length <= usbPacketBytes);
    memcpy(controller.packet, data, length);
    controller.packetBytes = length;
    controller.stage = sendsData;
}

void usb_controller_receive_control(void)
{
    CHECK(controller.stage == idle);
    controller.stage = takesData;
}

void usb_controller_send_status(bool toHost)
{
    CHECK(controller.stage == idle);
    controller.stage = toHost ? sendsStatus : takesStatus;
}

void usb_controller_set_address(uint8_t address)
{
    controller.nextAddress = address;
    usb_controller_send_status(true);
}

void usb_controller_stall_control(void)
{
    CHECK(controller.stage == idle);
    controller.stage = stalled;
}

void usb_controller_open(bool opened)
{
    controller.open = opened;
    controller.sending = controller.receiving = controller.stalledIn = controller.stalledOut = false;
}

void usb_controller_send(const uint8_t *data, uint32_t length)
{
    CHECK(controller.open && !controller.sending && !controller.stalledIn && length > 0 && length < usbPacketBytes);
    memcpy(controller.sent, data, length);
    controller.sentBytes = length;
    controller.sending = true;
}

void usb_controller_receive(void)
{
    CHECK(controller.open && !controller.receiving && !controller.stalledOut);
    controller.receiving = true;
}

void usb_controller_stall(uint8_t address, bool stall)
{
    CHECK(controller.open);
    if (address == usbDataEndpoint) controller.stalledOut = stall, controller.receiving = false;
    else if (address == (usbToHost | usbDataEndpoint)) controller.stalledIn = stall, controller.sending = false;
    else CHECK(address == (usbToHost | usbNotificationEndpoint));
}

void usb_controller_hold(void)
{
    CHECK(!controller.held);
    controller.held = true;
}

void usb_controller_release(void)
{
    CHECK(controller.held);
    controller.held = false;
}

/* --------------------------------------------------------------------------------------------------------- the host */

static uint32_t seed;

static uint32_t random_below(uint32_t limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % limit;
}

static void reset_bus(void)
{
    controller.stage = idle;
    controller.address = controller.nextAddress = 0;
    usb_controller_open(false);
    usb_event_reset();
}

static void setup(const uint8_t *packet)
{
    controller.stage = idle;
    controller.nextAddress = 0;
    usb_event_setup(packet);
    CHECK(controller.stage != idle);
}

/* Ends the stage that the stack is in. Data of the host's are `data`. */
static void advance(const uint8_t *data, uint32_t length)
{
    const control_stage stage = controller.stage;
    controller.stage = idle;
    if (stage == sendsData) usb_event_control_sent();
    else if (stage == takesData) usb_event_control_received(data, length);
    else if (stage == sendsStatus || stage == takesStatus)
    {
        if (controller.nextAddress) controller.address = controller.nextAddress;
        controller.nextAddress = 0;
        usb_event_status_done();
    }
    else controller.stage = stage;
}

/* A whole transfer. The bytes that came, or -1 for a stall. */
static int transfer(uint8_t type, uint8_t code, uint32_t value, uint32_t index, uint32_t length, uint8_t *data)
{
    const uint8_t packet[8] = { type, code, (uint8_t) value, (uint8_t) (value >> 8), (uint8_t) index, (uint8_t) (index >> 8),
                                (uint8_t) length, (uint8_t) (length >> 8) };
    int taken = 0;
    setup(packet);
    while (controller.stage != idle)
    {
        if (controller.stage == stalled) return -1;
        if (controller.stage == sendsData)
        {
            CHECK((type & usbToHost) && taken + controller.packetBytes <= length);
            memcpy(data + taken, controller.packet, controller.packetBytes);
            taken += (int) controller.packetBytes;
        }
        if (controller.stage == takesStatus)
            CHECK((type & usbToHost) && ((uint32_t) taken == length || controller.packetBytes < usbPacketBytes));
        CHECK(controller.stage != sendsStatus || !(type & usbToHost));
        advance(data, length);
    }
    return taken;
}

static void configure(void)
{
    CHECK(transfer(0, 9, 1, 0, 0, NULL) == 0 && controller.open && controller.receiving);
}

/* Moves bytes both ways, each in order. */
static void exchange(void)
{
    uint8_t packet[usbPacketBytes];
    const uint32_t length = 1 + random_below(usbPacketBytes);
    for (uint32_t i = 0; i < length; i++) packet[i] = (uint8_t) (i * 7 + length);
    CHECK(controller.receiving && usb_cdc_get() == -1);
    controller.receiving = false;
    usb_event_received(packet, length);
    for (uint32_t i = 0; i < length; i++) CHECK(!controller.receiving && usb_cdc_get() == packet[i]);
    CHECK(controller.receiving);
    for (uint32_t i = 0; i < length; i++)
    {
        while (!usb_cdc_put(packet[i]))
        {
            CHECK(controller.sending);
            controller.sending = false;
            usb_event_sent();
        }
    }
    CHECK(usb_cdc_get() == -1);
    CHECK(controller.sending && controller.sentBytes == (length == usbPacketBytes ? usbPacketBytes - 1 : length));
    CHECK(memcmp(controller.sent, packet, controller.sentBytes) == 0);
    while (!usb_cdc_sent())
    {
        controller.sending = false;
        usb_event_sent();
        usb_cdc_flush();
    }
}

/* Requests that the stack takes, so that random ones are not stalled all the time. */
static const uint8_t taken[][8] = {
    { 0x02, 3, 0, 0, 0x82, 0, 0, 0 }, { 0x02, 1, 0, 0, 0x82, 0, 0, 0 }, { 0x02, 3, 0, 0, 0x02, 0, 0, 0 },
    { 0x02, 1, 0, 0, 0x02, 0, 0, 0 }, { 0x21, 0x20, 0, 0, 0, 0, 7, 0 }, { 0x21, 0x22, 3, 0, 0, 0, 0, 0 },
    { 0x80, 6, 2, 3, 9, 4, 255, 0 }, { 0x80, 6, 0, 2, 0, 0, 255, 0 }, { 0, 5, 9, 0, 0, 0, 0, 0 }, { 0, 9, 0, 0, 0, 0, 0, 0 },
};

static uint8_t random_request_byte(void)
{
    static const uint8_t likely[] = { 0, 1, 2, 3, 5, 6, 8, 9, 10, 0x20, 0x21, 0x22, 0x23, 0x80, 0x81, 0x82, 0xa1, 7, 64 };
    return random_below(4) ? likely[random_below(sizeof likely)] : (uint8_t) random_below(256);
}

/* One thing that a host may do; half of what it begins it does not end. */
static void misbehave(void)
{
    uint8_t packet[usbPacketBytes];
    for (uint32_t i = 0; i < sizeof packet; i++) packet[i] = random_request_byte();
    switch (random_below(12))
    {
        case 0: reset_bus(); break;
        case 1: usb_event_suspend(random_below(2)); break;
        case 2: configure(); break;
        case 3: case 4: case 5:
            if (random_below(2)) memcpy(packet, taken[random_below(sizeof taken / sizeof taken[0])], 8);
            setup(packet);
            break;
        case 6: case 7: advance(packet, random_below(usbPacketBytes + 1)); break;
        case 8:
            if (!controller.receiving) break;
            controller.receiving = false;
            usb_event_received(packet, random_below(usbPacketBytes + 1));
            break;
        case 9:
            if (!controller.sending) break;
            controller.sending = false;
            usb_event_sent();
            break;
        case 10: for (uint32_t i = random_below(100); i > 0; i--) usb_cdc_get(); break;
        default: for (uint32_t i = random_below(200); i > 0; i--) usb_cdc_put((uint8_t) i); break;
    }
    CHECK(!controller.held);
}

/* ------------------------------------------------------------------------------------------------------- the checks */

static void check_refusals(void)
{
    uint8_t data[256] = { 0 };
    static const uint16_t refused[][5] = {
        { 0x80, 6, 0x0600, 0, 64 },     /* device qualifier: a device of one speed has none */
        { 0x80, 6, 0x0304, 0x0409, 64 },/* a string that there is not */
        { 0x00, 3, 1, 0, 0 },           /* remote wake-up */
        { 0x00, 9, 2, 0, 0 },           /* another configuration */
        { 0x00, 5, 128, 0, 0 },         /* no address */
        { 0x00, 7, 0x0100, 0, 18 },     /* SET_DESCRIPTOR */
        { 0x01, 11, 0, 1, 0 },          /* SET_INTERFACE: each has one setting */
        { 0x81, 10, 0, 2, 1 },          /* an interface that there is not */
        { 0x82, 0, 0, 0x83, 2 },        /* an endpoint that there is not */
        { 0x82, 12, 0, 0x82, 2 },       /* SYNCH_FRAME */
        { 0x02, 3, 0, 0, 0 },           /* halting the control endpoint */
        { 0x21, 0x20, 0, 0, 6 },        /* a line coding that is too short */
        { 0x21, 0x20, 0, 1, 7 },        /* one for the data interface */
        { 0xa1, 0x20, 0, 0, 7 },        /* one in the wrong direction */
        { 0x00, 0, 0, 0, 0 },           /* GET_STATUS in the wrong direction */
        { 0x21, 0x02, 0, 0, 0 },        /* SET_COMM_FEATURE */
        { 0x40, 1, 0, 0, 0 }, { 0xc0, 1, 0, 4, 16 },            /* a vendor's requests */
        { 0x20, 0x22, 3, 0, 0 },        /* a class request to the device */
    };
    for (uint32_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
    {
        const uint16_t *const r = refused[i];
        if (transfer((uint8_t) r[0], (uint8_t) r[1], r[2], r[3], r[4], data) >= 0)
        {
            printf("request %x %x was not stalled\n", r[0], r[1]);
            exit(1);
        }
    }
}

static void check_standard_requests(void)
{
    uint8_t data[256];
    CHECK(transfer(0x80, 8, 0, 0, 1, data) == 1 && data[0] == 1);
    CHECK(transfer(0x80, 0, 0, 0, 2, data) == 2 && data[0] == 0 && data[1] == 0);
    CHECK(transfer(0x81, 0, 0, 1, 2, data) == 2 && transfer(0x81, 10, 0, 1, 1, data) == 1 && data[0] == 0);
    CHECK(transfer(0x02, 3, 0, 0x82, 0, NULL) == 0 && controller.stalledIn);
    CHECK(transfer(0x82, 0, 0, 0x82, 2, data) == 2 && data[0] == 1);
    for (uint32_t i = 0; i < usbPacketBytes; i++) usb_cdc_put(0);
    CHECK(!controller.sending);
    CHECK(transfer(0x02, 1, 0, 0x82, 0, NULL) == 0 && !controller.stalledIn);
    CHECK(transfer(0x82, 0, 0, 0x82, 2, data) == 2 && data[0] == 0);
    CHECK(transfer(0x02, 3, 0, 0x02, 0, NULL) == 0 && !controller.receiving);
    CHECK(transfer(0x02, 1, 0, 0x02, 0, NULL) == 0 && controller.receiving);
    configure();
}

/* An endpoint that is halted gives and takes nothing, whatever it had; afterwards it begins anew. */
static void check_halts(void)
{
    const uint8_t packet[2] = { 5, 6 };
    usb_cdc_put(1);
    usb_cdc_flush();
    CHECK(controller.sending);
    CHECK(transfer(0x02, 3, 0, 0x82, 0, NULL) == 0 && transfer(0x02, 1, 0, 0x82, 0, NULL) == 0);
    controller.receiving = false;
    usb_event_received(packet, 2);
    CHECK(transfer(0x02, 3, 0, 0x02, 0, NULL) == 0);
    CHECK(usb_cdc_get() == 5 && usb_cdc_get() == 6 && !controller.receiving);
    CHECK(transfer(0x02, 1, 0, 0x02, 0, NULL) == 0 && controller.receiving);
    usb_event_received(packet, 2);
    controller.receiving = false;
    CHECK(transfer(0x02, 3, 0, 0x02, 0, NULL) == 0 && transfer(0x02, 1, 0, 0x02, 0, NULL) == 0 && !controller.receiving);
    CHECK(usb_cdc_get() == 5 && usb_cdc_get() == 6 && controller.receiving);
    exchange();
}

/* Strings of each length asked for; a transfer that is shorter than asked for ends with a short packet. */
static void check_lengths(void)
{
    uint8_t whole[256], part[256];
    static const uint16_t descriptors[][2] =
        { { 0x0100, 18 }, { 0x0200, 75 }, { 0x0300, 4 }, { 0x0302, usbPacketBytes }, { 0x0303, 34 } };
    for (uint32_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++)
    {
        const int bytes = descriptors[i][1];
        CHECK(transfer(0x80, 6, descriptors[i][0], 0x0409, 255, whole) == bytes);
        for (int length = 1; length < 256; length++)
        {
            const int expected = length < bytes ? length : bytes;
            CHECK(transfer(0x80, 6, descriptors[i][0], 0x0409, (uint32_t) length, part) == expected);
            CHECK(memcmp(part, whole, (size_t) expected) == 0);
        }
    }
}

static void set_line(uint32_t baud, bool terminalReady)
{
    uint8_t coding[7] = { (uint8_t) baud, (uint8_t) (baud >> 8), (uint8_t) (baud >> 16), (uint8_t) (baud >> 24), 0, 0, 8 };
    CHECK(transfer(0x21, 0x20, 0, 0, 7, coding) == 7 - 7);
    CHECK(transfer(0x21, 0x22, terminalReady, 0, 0, NULL) == 0);
}

/* The boot loader is asked for by a line of 1200 baud that is closed, and by nothing else. */
static void check_touch(void)
{
    uint8_t coding[7];
    set_line(115200, true);
    set_line(115200, false);
    set_line(1200, false);
    set_line(1200, true);
    set_line(9600, false);
    CHECK(touches == 0);
    CHECK(transfer(0xa1, 0x21, 0, 0, 7, coding) == 7 && coding[0] == (9600 & 255) && coding[1] == 9600 >> 8);
    set_line(1200, true);
    set_line(1200, false);
    CHECK(touches == 1);
    CHECK(transfer(0x21, 0x23, 100, 0, 0, NULL) == 0);
    set_line(115200, true);
}

static void check_without_host(void)
{
    reset_bus();
    for (uint32_t i = 0; i < 1000; i++) CHECK(usb_cdc_put((uint8_t) i));
    CHECK(usb_cdc_sent() && usb_cdc_get() == -1);
    CHECK(transfer(0, 9, 1, 0, 0, NULL) == 0);
    usb_event_suspend(true);
    for (uint32_t i = 0; i < 1000; i++) CHECK(usb_cdc_put((uint8_t) i));
    CHECK(usb_cdc_sent());
    usb_event_suspend(false);
    exchange();
}

/* A host that takes nothing: what it does not take is refused after two packets. */
static void check_full(void)
{
    uint32_t taken = 0;
    while (usb_cdc_put(1)) CHECK(++taken < 1000);
    CHECK(taken == 2 * (usbPacketBytes - 1) && !usb_cdc_sent());
    configure();
    exchange();
}

int main(int count, char **arguments)
{
    if (count != 3) return 2;
    seed = (uint32_t) strtoul(arguments[1], NULL, 10) | 1;
    const uint32_t steps = (uint32_t) strtoul(arguments[2], NULL, 10);
    uint8_t data[256];
    usb_cdc_start((const uint8_t[8]) { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef });
    CHECK(transfer(0, 9, 1, 0, 0, NULL) == 0);
    CHECK(transfer(0x80, 6, 0x0303, 0x0409, 255, data) == 34);
    for (uint32_t i = 0; i < 16; i++) CHECK(data[2 + 2 * i] == "0123456789ABCDEF"[i] && data[3 + 2 * i] == 0);
    check_refusals();
    check_standard_requests();
    check_halts();
    check_lengths();
    check_touch();
    check_without_host();
    check_full();
    for (step = 1; step <= steps; step++)
    {
        misbehave();
        if (step % 64 != 0) continue;
        reset_bus();
        CHECK(transfer(0, 5, 1 + step % 127, 0, 0, NULL) == 0 && controller.address == 1 + step % 127);
        configure();
        exchange();
    }
    printf("%u steps\n", steps);
    return 0;
}
