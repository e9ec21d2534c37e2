/*
 * The USB device controller of the nRF52840 (USBD). Built and inspected, not run.
 * Sources: nRF52840 Product Specification, 5.3 (power: USB supply), 6.35 (USBD: 6.35.3 power-up, 6.35.7 EasyDMA, 6.35.9
 * control transfers, 6.35.10 bulk, 6.35.13 registers), 4.4 (FICR); nRF52840 Errata, 171 (USBD might not power up), 187
 * (it cannot be enabled), 199 (it cannot receive tasks during DMA).
 *
 * Each EasyDMA transfer is waited for, which are some microseconds, so that nothing else is told the controller meanwhile.
 */
#include "link.h"

#include <string.h>

#include "../../port.h"
#include "../../../drivers/usb_cdc.h"
#include "../../../drivers/usb_controller.h"
#include "../../usb_line.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define POWER_USBREGSTATUS REG(0x40000438)
#define USBD 0x40027000
#define USBD_STARTEPIN(n) REG(USBD + 0x004 + 4 * (n))
#define USBD_STARTEPOUT(n) REG(USBD + 0x028 + 4 * (n))
#define USBD_EP0RCVOUT REG(USBD + 0x04c)
#define USBD_EP0STATUS REG(USBD + 0x050)
#define USBD_EP0STALL REG(USBD + 0x054)
#define USBD_USBRESET REG(USBD + 0x100)
#define USBD_ENDEPIN(n) REG(USBD + 0x108 + 4 * (n))
#define USBD_EP0DATADONE REG(USBD + 0x128)
#define USBD_ENDEPOUT(n) REG(USBD + 0x130 + 4 * (n))
#define USBD_USBEVENT REG(USBD + 0x158)
#define USBD_EP0SETUP REG(USBD + 0x15c)
#define USBD_EPDATA REG(USBD + 0x160)
#define USBD_INTENSET REG(USBD + 0x304)
#define USBD_EVENTCAUSE REG(USBD + 0x400)
#define USBD_EPDATASTATUS REG(USBD + 0x46c)
#define USBD_REQUEST(i) REG(USBD + 0x480 + 4 * (i))         /* BMREQUESTTYPE to WLENGTHH */
#define USBD_SIZE_EPOUT(n) REG(USBD + 0x4a0 + 4 * (n))
#define USBD_ENABLE REG(USBD + 0x500)
#define USBD_USBPULLUP REG(USBD + 0x504)
#define USBD_DTOGGLE REG(USBD + 0x50c)
#define USBD_EPINEN REG(USBD + 0x510)
#define USBD_EPOUTEN REG(USBD + 0x514)
#define USBD_EPSTALL REG(USBD + 0x518)
#define USBD_EPIN(n) (USBD + 0x600 + 0x14 * (n))
#define USBD_EPOUT(n) (USBD + 0x700 + 0x14 * (n))
#define DMA_POINTER(channel) REG((channel) + 0)
#define DMA_MOST(channel) REG((channel) + 4)
#define DMA_AMOUNT(channel) REG((channel) + 8)

#define ERRATA_KEY REG(0x4006ec00)
#define ERRATA_171 REG(0x4006ec14)
#define ERRATA_187 REG(0x4006ed14)
#define ERRATA_199 REG(0x40027c1c)

#define NVIC_ISER1 REG(0xe000e104)
#define NVIC_ICER1 REG(0xe000e184)
#define NVIC_ISPR1 REG(0xe000e204)

enum { usbInterrupt = 39, usbInterruptBit = 1 << (usbInterrupt - 32) };
enum { supplyReady = 1 << 1, vbusPresent = 1 << 0 };
enum { causeSuspend = 1 << 8, causeResume = 1 << 9, causeReady = 1 << 11 };
enum { eventsUsed = 1 << 0 | 1 << 10 | 1 << 22 | 1 << 23 | 1 << 24 };   /* reset, control data, USB event, setup, data */
enum { sentBit = 1 << usbDataEndpoint, arrivedBit = 1 << (16 + usbDataEndpoint) };
enum { toggleData0 = 1 << 8, stallBit = 1 << 8, statusMillis = 5 };

static bool powered;
static bool controlToHost;              /* the control transfer's data stage */
static volatile bool wanted, arrived;   /* a packet of the data endpoint: by the stack, in the controller */

/* EasyDMA takes its data from RAM, at aligned addresses. */
static uint32_t packet[usbPacketBytes / 4];

static void write_errata(uint32_t value171, uint32_t value187)
{
    ERRATA_KEY = 0x9375;
    ERRATA_171 = value171;
    ERRATA_187 = value187;
    ERRATA_KEY = 0x9375;
}

/* Runs one transfer by EasyDMA to its end. */
static void transfer(uint32_t channel, uint32_t length, volatile uint32_t *task, volatile uint32_t *end)
{
    DMA_POINTER(channel) = (uint32_t) (uintptr_t) packet;
    DMA_MOST(channel) = length;
    *end = 0;
    ERRATA_199 = 0x82;
    *task = 1;
    while (!*end) {}
    *end = 0;
    ERRATA_199 = 0;
}

static void send(uint32_t number, const uint8_t *data, uint32_t length)
{
    memcpy(packet, data, length);
    transfer(USBD_EPIN(number), length, &USBD_STARTEPIN(number), &USBD_ENDEPIN(number));
}

static uint32_t take(uint32_t number)
{
    const uint32_t size = USBD_SIZE_EPOUT(number);
    const uint32_t length = size < usbPacketBytes ? size : usbPacketBytes;
    transfer(USBD_EPOUT(number), length, &USBD_STARTEPOUT(number), &USBD_ENDEPOUT(number));
    return length;
}

/* ------------------------------------------------------------------------------------------ what the stack is given */

static void power_up(void)
{
    powered = true;
    USBD_EVENTCAUSE = causeReady;
    write_errata(0xc0, 3);
    USBD_ENABLE = 1;
    while (!(USBD_EVENTCAUSE & causeReady)) {}
    USBD_EVENTCAUSE = causeReady;
    write_errata(0, 0);
    USBD_INTENSET = eventsUsed;
    usb_controller_release();
    USBD_USBPULLUP = 1;
}

static void power_down(void)
{
    usb_controller_hold();
    powered = false;
    USBD_USBPULLUP = 0;
    USBD_ENABLE = 0;
    usb_event_reset();
}

/* The controller is powered up once the cable supplies it (usb_line_idle). */
void usb_controller_connect(void) {}

/* The controller answers by itself. */
void usb_controller_set_address(uint8_t address)
{
    (void) address;
}

void usb_controller_send_control(const uint8_t *data, uint32_t length)
{
    send(0, data, length);
}

void usb_controller_receive_control(void)
{
    USBD_EP0RCVOUT = 1;
}

/* The end of the status stage is not told. */
void usb_controller_send_status(bool toHost)
{
    (void) toHost;
    USBD_EP0STATUS = 1;
    usb_event_status_done();
}

void usb_controller_stall_control(void)
{
    USBD_EP0STALL = 1;
}

static void reset_toggle(uint8_t address)
{
    USBD_DTOGGLE = address;
    USBD_DTOGGLE = address | toggleData0;
}

void usb_controller_open(bool opened)
{
    const uint32_t in = 1 << usbNotificationEndpoint | 1 << usbDataEndpoint, out = 1 << usbDataEndpoint;
    wanted = arrived = false;
    USBD_EPINEN = opened ? 1 | in : 1;
    USBD_EPOUTEN = opened ? 1 | out : 1;
    if (!opened) return;
    usb_controller_stall(usbToHost | usbNotificationEndpoint, false);
    usb_controller_stall(usbToHost | usbDataEndpoint, false);
    usb_controller_stall(usbDataEndpoint, false);
    USBD_SIZE_EPOUT(usbDataEndpoint) = 0;                   /* takes packets from now on */
}

void usb_controller_send(const uint8_t *data, uint32_t length)
{
    send(usbDataEndpoint, data, length);
}

/* The controller takes one packet in advance; it is handed over in the interrupt. */
void usb_controller_receive(void)
{
    wanted = true;
    NVIC_ISPR1 = usbInterruptBit;
}

void usb_controller_stall(uint8_t address, bool stalled)
{
    if (!stalled) reset_toggle(address);
    USBD_EPSTALL = address | (stalled ? stallBit : 0);
}

void usb_controller_hold(void)
{
    NVIC_ICER1 = usbInterruptBit;
    __asm__ volatile("dsb\n"
                     "isb" : : : "memory");
}

void usb_controller_release(void)
{
    __asm__ volatile("" : : : "memory");
    NVIC_ISER1 = usbInterruptBit;
}

/* ----------------------------------------------------------------------------------------------- what it is told */

static void handle_setup(void)
{
    uint8_t request[8];
    for (uint32_t i = 0; i < sizeof request; i++) request[i] = (uint8_t) USBD_REQUEST(i);
    controlToHost = (request[0] & usbToHost) != 0;
    usb_event_setup(request);
}

static void handle_control_data(void)
{
    if (controlToHost) usb_event_control_sent();
    else
    {
        const uint32_t length = take(0);
        usb_event_control_received((const uint8_t *) packet, length);
    }
}

static void handle_data(void)
{
    const uint32_t status = USBD_EPDATASTATUS;
    USBD_EPDATASTATUS = status;
    if (status & sentBit) usb_event_sent();
    if (status & arrivedBit) arrived = true;
}

static void hand_over(void)
{
    wanted = arrived = false;
    const uint32_t length = take(usbDataEndpoint);
    usb_event_received((const uint8_t *) packet, length);
}

static void handle_cause(void)
{
    const uint32_t cause = USBD_EVENTCAUSE;
    USBD_EVENTCAUSE = cause;
    if (cause & causeSuspend) usb_event_suspend(true);
    if (cause & causeResume) usb_event_suspend(false);
}

static void handle_reset(void)
{
    usb_controller_open(false);
    usb_event_reset();
}

/* Whether an event has come, which is over then. The write must have arrived before the interrupt ends. */
static bool came(volatile uint32_t *event)
{
    if (!*event) return false;
    *event = 0;
    (void) *event;
    return true;
}

/* The end of a transfer is told before the request that follows it. */
static void usb_handler(void)
{
    if (came(&USBD_USBRESET)) handle_reset();
    if (came(&USBD_USBEVENT)) handle_cause();
    if (came(&USBD_EP0DATADONE)) handle_control_data();
    if (came(&USBD_EPDATA)) handle_data();
    if (came(&USBD_EP0SETUP)) handle_setup();
    if (wanted && arrived) hand_over();
}

__attribute__((section(".interrupt_vectors"), used))
static void (*const interruptVectors[])(void) = { [usbInterrupt] = usb_handler };

/* ------------------------------------------------------------------------------------------------------- the line */

void link_init(void)
{
    uint8_t serialNumber[portSerialBytes];
    port_serial_number(serialNumber);
    usb_cdc_start(serialNumber);
}

/* A little longer than the host takes to see the status stage of a request that is answered by a reset. */
void link_drain(void)
{
    usb_line_drain();
    const uint64_t end = port_counter() + (uint64_t) BOARD_CLOCK_HZ * statusMillis / 1000;
    while (port_counter() < end) {}
}

void usb_line_idle(void)
{
    const uint32_t status = POWER_USBREGSTATUS;
    if (!powered && (status & supplyReady)) power_up();
    if (powered && !(status & vbusPresent)) power_down();
}
