#include "usb_cdc.h"

#include <string.h>

#include "usb_controller.h"
#include "usb_descriptors.h"

/* bmRequestType. Source: USB 2.0, 9.3.1. */
enum { typeMask = 0x60, typeStandard = 0x00, typeClass = 0x20, recipientMask = 0x1f,
       recipientDevice = 0, recipientInterface = 1, recipientEndpoint = 2 };

/* bRequest. Sources: USB 2.0, 9.4; USB PSTN 1.2, 6.3. */
enum { getStatus = 0, clearFeature = 1, setFeature = 3, setAddress = 5, getDescriptor = 6, getConfiguration = 8,
       setConfiguration = 9, getInterface = 10 };
enum { setLineCoding = 0x20, getLineCoding = 0x21, setControlLineState = 0x22, doSendBreak = 0x23 };

enum { featureEndpointHalt = 0, dataTerminalReady = 1, lineCodingBytes = 7, touchBaud = 1200, mostAddress = 127 };

typedef struct request
{
    uint8_t type, code;
    uint16_t value, index, length;
} request;

/*
 * Packets of data to the host have fewer bytes than fit one, so that each ends a transfer and no packet without data has
 * to follow. Source: USB 2.0, 5.8.3.
 */
enum { shortPacketBytes = usbPacketBytes - 1 };

/* Halted endpoints, by bits. */
enum { haltedNotification = 1, haltedOut = 2, haltedIn = 4 };

/* Events change all of this but where it is said otherwise. */
static struct
{
    const uint8_t *sendAt;              /* what is left of a data stage to the host */
    uint16_t sendLeft;
    bool emptyPacket;                   /* it ends with a packet without data */
    bool inData, takingLineCoding;
    bool touched;
    volatile bool configured, suspended;
    uint8_t halted;
    uint8_t lineState;
    uint8_t lineCoding[lineCodingBytes];
    uint8_t serialNumber[usbSerialCharacters / 2];

    volatile bool sending;
    volatile uint8_t receivedBytes;     /* 0 once all are taken, by usb_cdc_get */
    uint8_t taken;                      /* of the received bytes, by usb_cdc_get */
    volatile uint8_t keptBytes;         /* to be sent, by usb_cdc_put */
    _Alignas(4) uint8_t received[usbPacketBytes];      /* controllers' memory takes aligned words only */
    uint8_t kept[usbPacketBytes];
} usb;

/* Answers are put together here. */
static uint8_t answer[usbPacketBytes];

static const uint8_t lineCodingAtFirst[lineCodingBytes] = { USB_WORD(115200 & 0xffff), USB_WORD(115200 >> 16), 0, 0, 8 };

/* ------------------------------------------------------------------------------------------------ control transfers */

/* Sends the next packet of the data stage. A short packet ends it. Source: USB 2.0, 5.5.3. */
static void send_next(void)
{
    const uint32_t count = usb.sendLeft < usbPacketBytes ? usb.sendLeft : usbPacketBytes;
    usb_controller_send_control(usb.sendAt, count);
    usb.sendAt += count;
    usb.sendLeft = (uint16_t) (usb.sendLeft - count);
    if (count < usbPacketBytes) usb.emptyPacket = false;
}

/* Answers with as much of the data as is asked for. */
static bool reply(const request *asked, const void *data, uint32_t length)
{
    usb.emptyPacket = length < asked->length;
    usb.sendLeft = (uint16_t) (length < asked->length ? length : asked->length);
    usb.sendAt = data;
    usb.inData = true;
    send_next();
    return true;
}

static bool acknowledge(void)
{
    usb_controller_send_status(true);
    return true;
}

static bool reply_byte(const request *asked, uint8_t value)
{
    answer[0] = value;
    return reply(asked, answer, 1);
}

static bool reply_word(const request *asked, uint8_t value)
{
    answer[0] = value;
    answer[1] = 0;
    return reply(asked, answer, 2);
}

static uint8_t string_character(const char *text, uint32_t i)
{
    static const char digits[] = "0123456789ABCDEF";
    return (uint8_t) (text ? text[i] : digits[usb.serialNumber[i / 2] >> (i % 2 ? 0 : 4) & 15]);
}

/* A string of ASCII characters in UTF-16; the serial number where `text` is null. Source: USB 2.0, 9.6.7. */
static bool reply_string(const request *asked, const char *text, uint32_t characters)
{
    answer[0] = (uint8_t) (2 + 2 * characters);
    answer[1] = descriptorString;
    for (uint32_t i = 0; i < characters; i++)
    {
        answer[2 + 2 * i] = string_character(text, i);
        answer[3 + 2 * i] = 0;
    }
    return reply(asked, answer, answer[0]);
}

static bool reply_descriptor(const request *asked)
{
    switch (asked->value)
    {
        case descriptorDevice << 8: return reply(asked, usbDevice, sizeof usbDevice);
        case descriptorConfiguration << 8: return reply(asked, usbConfiguration, sizeof usbConfiguration);
        case descriptorString << 8 | stringLanguages: return reply(asked, usbLanguages, sizeof usbLanguages);
        case descriptorString << 8 | stringManufacturer:
            return reply_string(asked, usbManufacturer, sizeof usbManufacturer - 1);
        case descriptorString << 8 | stringProduct: return reply_string(asked, usbProduct, sizeof usbProduct - 1);
        case descriptorString << 8 | stringSerialNumber: return reply_string(asked, NULL, usbSerialCharacters);
        default: return false;      /* a device of one speed has no device qualifier. Source: USB 2.0, 9.6.2 */
    }
}

/* Forgets what the data endpoints hold. */
static void forget_data(void)
{
    usb.sending = false;
    usb.receivedBytes = usb.taken = usb.keptBytes = 0;
}

static void configure(bool configured)
{
    usb.configured = configured;
    usb.halted = 0;
    forget_data();
    usb_controller_open(configured);
    if (configured) usb_controller_receive();
}

static bool device_request(const request *asked)
{
    switch (asked->code)
    {
        case getStatus: return reply_word(asked, 0);        /* powered by the bus, wakes nobody */
        case getDescriptor: return reply_descriptor(asked);
        case getConfiguration: return reply_byte(asked, usb.configured);
        case setAddress:
            if (asked->value > mostAddress) return false;
            usb_controller_set_address((uint8_t) asked->value);
            return true;
        case setConfiguration:
            if (asked->value > 1) return false;
            configure(asked->value == 1);
            return acknowledge();
        default: return false;
    }
}

/* Interfaces have one setting each; SET_INTERFACE may be stalled then. Source: USB 2.0, 9.4.10. */
static bool interface_request(const request *asked)
{
    if (!usb.configured || asked->index > dataInterface) return false;
    if (asked->code == getStatus) return reply_word(asked, 0);
    return asked->code == getInterface && reply_byte(asked, 0);
}

/* The bit of an endpoint besides the control endpoint, or 0. */
static uint8_t halted_bit(uint16_t address)
{
    switch (address)
    {
        case usbToHost | usbNotificationEndpoint: return haltedNotification;
        case usbToHost | usbDataEndpoint: return haltedIn;
        case usbDataEndpoint: return haltedOut;
        default: return 0;
    }
}

/* What an endpoint held is lost when it is halted. It takes and gives packets again when that ends. */
static void halt(uint8_t address, uint8_t bit, bool halted)
{
    usb.halted = (uint8_t) (halted ? usb.halted | bit : usb.halted & ~bit);
    usb_controller_stall(address, halted);
    if (bit == haltedIn) usb.sending = false;
    if (bit == haltedOut && !halted && usb.receivedBytes == 0) usb_controller_receive();
}

static bool endpoint_request(const request *asked)
{
    const uint8_t bit = halted_bit(asked->index);
    const bool control = (asked->index & ~usbToHost) == 0;
    if (!control && (!usb.configured || bit == 0)) return false;
    if (asked->code == getStatus) return reply_word(asked, (usb.halted & bit) != 0);
    if ((asked->code != clearFeature && asked->code != setFeature) || asked->value != featureEndpointHalt) return false;
    if (control) return asked->code == clearFeature && acknowledge();
    halt((uint8_t) asked->index, bit, asked->code == setFeature);
    return acknowledge();
}

static uint32_t baud(void)
{
    const uint8_t *const bytes = usb.lineCoding;
    return bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 | (uint32_t) bytes[3] << 24;
}

static void set_line_state(uint8_t state)
{
    usb.touched = baud() == touchBaud && (usb.lineState & ~state & dataTerminalReady) != 0;
    usb.lineState = state;
}

/* Breaks go nowhere. */
static bool class_request(const request *asked)
{
    if (!usb.configured || asked->index != controlInterface) return false;
    switch (asked->code)
    {
        case getLineCoding: return reply(asked, usb.lineCoding, lineCodingBytes);
        case setLineCoding:
            if (asked->length != lineCodingBytes) return false;
            usb.takingLineCoding = true;
            usb_controller_receive_control();
            return true;
        case setControlLineState:
            set_line_state((uint8_t) asked->value);
            return acknowledge();
        case doSendBreak: return acknowledge();
        default: return false;
    }
}

/* Whether data goes the way that the request's code has it: to the host, from it, or not at all. */
static bool direction_fits(const request *asked)
{
    const bool class = (asked->type & typeMask) == typeClass;
    const bool toHost = class ? asked->code == getLineCoding
        : asked->code == getStatus || asked->code == getDescriptor || asked->code == getConfiguration
            || asked->code == getInterface;
    if (toHost) return (asked->type & usbToHost) != 0 && asked->length > 0;
    return (asked->type & usbToHost) == 0 && (asked->length == 0 || (class && asked->code == setLineCoding));
}

static bool handle(const request *asked)
{
    if (!direction_fits(asked)) return false;
    const uint8_t recipient = asked->type & recipientMask;
    if ((asked->type & typeMask) == typeClass) return recipient == recipientInterface && class_request(asked);
    if ((asked->type & typeMask) != typeStandard) return false;
    switch (recipient)
    {
        case recipientDevice: return device_request(asked);
        case recipientInterface: return interface_request(asked);
        case recipientEndpoint: return endpoint_request(asked);
        default: return false;
    }
}

void usb_event_setup(const uint8_t *packet)
{
    const request asked = {
        .type = packet[0], .code = packet[1],
        .value = (uint16_t) (packet[2] | packet[3] << 8),
        .index = (uint16_t) (packet[4] | packet[5] << 8),
        .length = (uint16_t) (packet[6] | packet[7] << 8),
    };
    usb.inData = usb.takingLineCoding = usb.emptyPacket = false;
    usb.suspended = false;
    if (!handle(&asked)) usb_controller_stall_control();
}

void usb_event_control_sent(void)
{
    if (!usb.inData) return;
    if (usb.sendLeft > 0 || usb.emptyPacket) send_next();
    else
    {
        usb.inData = false;
        usb_controller_send_status(false);
    }
}

void usb_event_control_received(const uint8_t *data, uint32_t length)
{
    if (!usb.takingLineCoding) return;
    usb.takingLineCoding = false;
    if (length != lineCodingBytes)
    {
        usb_controller_stall_control();
        return;
    }
    memcpy(usb.lineCoding, data, lineCodingBytes);
    usb_controller_send_status(true);
}

void usb_event_status_done(void)
{
    if (!usb.touched) return;
    usb.touched = false;
    usb_cdc_touched();
}

void usb_event_reset(void)
{
    usb.inData = usb.takingLineCoding = usb.touched = usb.suspended = false;
    usb.lineState = 0;
    usb.configured = false;
    usb.halted = 0;
    forget_data();
}

void usb_event_suspend(bool suspended)
{
    usb.suspended = suspended;
}

/* ------------------------------------------------------------------------------------------------------------- data */

void usb_event_sent(void)
{
    usb.sending = usb.suspended = false;
}

/* A packet without data is taken and forgotten. */
void usb_event_received(const uint8_t *data, uint32_t length)
{
    usb.suspended = false;
    if (length == 0)
    {
        usb_controller_receive();
        return;
    }
    memcpy(usb.received, data, length);
    usb.taken = 0;
    usb.receivedBytes = (uint8_t) length;
}

/* All bytes of the packet are taken: the endpoint takes the next one. */
static void take_next_packet(void)
{
    usb_controller_hold();
    if (usb.receivedBytes > 0)
    {
        usb.receivedBytes = 0;
        if (usb.configured && !(usb.halted & haltedOut)) usb_controller_receive();
    }
    usb_controller_release();
}

int usb_cdc_get(void)
{
    if (usb.keptBytes > 0) usb_cdc_flush();
    if (usb.receivedBytes == 0) return -1;
    const int byte = usb.received[usb.taken++ % usbPacketBytes];
    if (usb.taken >= usb.receivedBytes) take_next_packet();
    return byte;
}

void usb_cdc_flush(void)
{
    usb_controller_hold();
    if (usb.keptBytes > 0 && !usb.sending && usb.configured && !(usb.halted & haltedIn))
    {
        usb.sending = true;
        usb_controller_send(usb.kept, usb.keptBytes);
        usb.keptBytes = 0;
    }
    usb_controller_release();
}

/* Whether there is a host that may take what is sent. */
static bool connected(void)
{
    return usb.configured && !usb.suspended;
}

bool usb_cdc_put(uint8_t byte)
{
    if (!connected())
    {
        usb.keptBytes = 0;
        return true;
    }
    if (usb.keptBytes == shortPacketBytes) usb_cdc_flush();
    const uint8_t kept = usb.keptBytes;
    if (kept == shortPacketBytes) return false;
    usb.kept[kept] = byte;
    usb.keptBytes = (uint8_t) (kept + 1);
    return true;
}

bool usb_cdc_sent(void)
{
    return !connected() || (usb.keptBytes == 0 && !usb.sending);
}

void usb_cdc_start(const uint8_t *serialNumber)
{
    memcpy(usb.serialNumber, serialNumber, sizeof usb.serialNumber);
    memcpy(usb.lineCoding, lineCodingAtFirst, lineCodingBytes);
    usb_controller_connect();
}
