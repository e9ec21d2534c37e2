/*
 * The USB device controller of the RP2040 and the RP2350, at full speed, with its own 48 MHz.
 * Sources: RP2040 data sheet, 4.1 (4.1.2.5 DPRAM, 4.1.2.6 concurrent access, 4.1.2.7 device, 4.1.4 registers), 2.18 (PLL);
 * RP2350 data sheet, 12.7 (the PHY is isolated until MAIN_CTRL is written).
 *
 * Two errata of the RP2040 are not worked around: E5 (steppings B0 and B1 may stay in the reset state on a bus that is
 * never idle after a reset, as behind a busy hub; what helps takes GPIO 15 away) and E15 (a bus error during a bulk packet
 * to the host may hang the endpoint until the bus is reset).
 */
#include "link.h"

#include <string.h>

#include "boot_rom.h"
#include "clocks.h"
#include "../cortex-m/cortex_m.h"
#include "../idle.h"
#include "interrupts.h"
#include "../port.h"
#include "registers.h"
#include "../../drivers/usb_cdc.h"
#include "../../drivers/usb_controller.h"
#include "../usb_line.h"

#define DPRAM 0x50100000
#define USB_REGISTERS 0x50110000
#define USB_ADDRESS (USB_REGISTERS + 0x00)
#define USB_MAIN_CTRL (USB_REGISTERS + 0x40)
#define USB_SIE_CTRL (USB_REGISTERS + 0x4c)
#define USB_SIE_STATUS (USB_REGISTERS + 0x50)
#define USB_BUFF_STATUS (USB_REGISTERS + 0x58)
#define USB_EP_STALL_ARM (USB_REGISTERS + 0x68)
#define USB_MUXING (USB_REGISTERS + 0x74)
#define USB_PWR (USB_REGISTERS + 0x78)
#define USB_INTE (USB_REGISTERS + 0x90)
#define USB_INTS (USB_REGISTERS + 0x98)

/* `out`: 1 from the host, 0 to it. */
#define ENDPOINT_CONTROL(number, out) (DPRAM + 8 * (number) + 4 * (out))
#define BUFFER_CONTROL(number, out) (DPRAM + 0x80 + 8 * (number) + 4 * (out))

#define NVIC_ISER REG(0xe000e100)
#define NVIC_ICER REG(0xe000e180)

enum { controlBuffer = 0x100, notificationBuffer = 0x180, sendBuffer = 0x1c0, receiveBuffer = 0x200 };
enum { bufferFull = 1 << 15, bufferData1 = 1 << 13, bufferStall = 1 << 11, bufferAvailable = 1 << 10, lengthBits = 0x3ff };
#define ENDPOINT_ENABLED (1u << 31 | 1u << 29)          /* with an interrupt for each buffer */
enum { typeBulk = 2 << 26, typeInterrupt = 3 << 26 };
enum { controlIn = 1 << 0, controlOut = 1 << 1, dataIn = 1 << (2 * usbDataEndpoint),
       dataOut = 1 << (2 * usbDataEndpoint + 1) };
enum { eventBuffer = 1 << 4, eventReset = 1 << 12, eventSuspend = 1 << 14, eventResume = 1 << 15, eventSetup = 1 << 16 };
enum { statusSuspended = 1 << 4, statusResume = 1 << 11, statusSetup = 1 << 17, statusReset = 1 << 19 };
enum { statusStageToHost = 1, statusStageFromHost = 2 };

/* The data toggle of the next packet, and the address that is taken after the status stage. */
static uint32_t controlToggle, sendToggle, receiveToggle;
static uint8_t statusStage, nextAddress;

/* DPRAM takes words at aligned addresses: memcpy goes by words where its target is aligned, as all buffers here are. */
static uint8_t *dpram(uint32_t offset)
{
    return (uint8_t *) (uintptr_t) (DPRAM + offset);
}

/* AVAILABLE is set some cycles of the USB clock after the rest: 12 cycles of this one, 2 a branch. Source: 4.1.2.6. */
static void arm(uint32_t number, uint32_t out, uint32_t *toggle, uint32_t length)
{
    const uint32_t value = *toggle | length | (out ? 0 : bufferFull);
    *toggle ^= bufferData1;
    REG(BUFFER_CONTROL(number, out)) = value;
    __asm__ volatile(".rept 6\n"
                     "b .+2\n"
                     ".endr");
    REG(BUFFER_CONTROL(number, out)) = value | bufferAvailable;
}

/* ------------------------------------------------------------------------------------------ what the stack is given */

void usb_controller_connect(void)
{
    clocks_start_usb();
    for (uint32_t offset = 0; offset < controlBuffer; offset += 4) REG(DPRAM + offset) = 0;
    REG(USB_MUXING) = 1 << 3 | 1 << 0;                  /* the controller, to the PHY */
    REG(USB_PWR) = 1 << 3 | 1 << 2;                     /* VBUS counts as present */
    REG(USB_MAIN_CTRL) = 1;
    REG(USB_SIE_CTRL) = 1 << 29;                        /* an interrupt for each packet of the control endpoint */
    REG(USB_INTE) = eventBuffer | eventReset | eventSuspend | eventResume | eventSetup;
    NVIC_ISER = 1 << chipUsbInterrupt;
    SET(USB_SIE_CTRL) = 1 << 16;                        /* pull-up */
}

void usb_controller_send_control(const uint8_t *data, uint32_t length)
{
    memcpy(dpram(controlBuffer), data, length);
    arm(0, 0, &controlToggle, length);
}

void usb_controller_receive_control(void)
{
    arm(0, 1, &controlToggle, usbPacketBytes);
}

void usb_controller_send_status(bool toHost)
{
    controlToggle = bufferData1;
    statusStage = toHost ? statusStageToHost : statusStageFromHost;
    arm(0, !toHost, &controlToggle, 0);
}

void usb_controller_set_address(uint8_t address)
{
    nextAddress = address;
    usb_controller_send_status(true);
}

void usb_controller_stall_control(void)
{
    REG(USB_EP_STALL_ARM) = controlIn | controlOut;
    REG(BUFFER_CONTROL(0, 0)) = bufferStall;
    REG(BUFFER_CONTROL(0, 1)) = bufferStall;
}

void usb_controller_open(bool opened)
{
    const uint32_t enabled = opened ? ENDPOINT_ENABLED : 0;
    REG(BUFFER_CONTROL(usbNotificationEndpoint, 0)) = 0;
    REG(BUFFER_CONTROL(usbDataEndpoint, 0)) = 0;
    REG(BUFFER_CONTROL(usbDataEndpoint, 1)) = 0;
    REG(ENDPOINT_CONTROL(usbNotificationEndpoint, 0)) = enabled | typeInterrupt | notificationBuffer;
    REG(ENDPOINT_CONTROL(usbDataEndpoint, 0)) = enabled | typeBulk | sendBuffer;
    REG(ENDPOINT_CONTROL(usbDataEndpoint, 1)) = enabled | typeBulk | receiveBuffer;
    sendToggle = receiveToggle = 0;
}

void usb_controller_send(const uint8_t *data, uint32_t length)
{
    memcpy(dpram(sendBuffer), data, length);
    arm(usbDataEndpoint, 0, &sendToggle, length);
}

void usb_controller_receive(void)
{
    arm(usbDataEndpoint, 1, &receiveToggle, usbPacketBytes);
}

void usb_controller_stall(uint8_t address, bool stalled)
{
    const uint32_t number = address & 15, out = !(address & usbToHost);
    REG(BUFFER_CONTROL(number, out)) = stalled ? bufferStall : 0;
    if (number == usbDataEndpoint) *(out ? &receiveToggle : &sendToggle) = 0;
}

void usb_controller_hold(void)
{
    NVIC_ICER = 1 << chipUsbInterrupt;
    __asm__ volatile("dsb\n"
                     "isb" : : : "memory");
}

void usb_controller_release(void)
{
    __asm__ volatile("" : : : "memory");
    NVIC_ISER = 1 << chipUsbInterrupt;
}

/* ----------------------------------------------------------------------------------------------- what it is told */

static void end_status_stage(void)
{
    statusStage = 0;
    if (nextAddress) REG(USB_ADDRESS) = nextAddress;
    nextAddress = 0;
    usb_event_status_done();
}

/* Bytes that a buffer got from the host. */
static uint32_t received_bytes(uint32_t number)
{
    const uint32_t length = REG(BUFFER_CONTROL(number, 1)) & lengthBits;
    return length < usbPacketBytes ? length : usbPacketBytes;
}

static void handle_buffers(uint32_t buffers)
{
    REG(USB_BUFF_STATUS) = buffers;
    if (buffers & controlIn)
    {
        if (statusStage == statusStageToHost) end_status_stage();
        else usb_event_control_sent();
    }
    if (buffers & controlOut)
    {
        if (statusStage == statusStageFromHost) end_status_stage();
        else usb_event_control_received(dpram(controlBuffer), received_bytes(0));
    }
    if (buffers & dataIn) usb_event_sent();
    if (buffers & dataOut) usb_event_received(dpram(receiveBuffer), received_bytes(usbDataEndpoint));
}

/* A request that came before the reset goes with it. */
static void handle_reset(void)
{
    REG(USB_ADDRESS) = 0;
    nextAddress = statusStage = 0;
    usb_controller_open(false);
    usb_event_reset();
    REG(USB_SIE_STATUS) = statusSetup;
    REG(USB_SIE_STATUS) = statusReset;
}

static void handle_setup(void)
{
    REG(USB_SIE_STATUS) = statusSetup;
    REG(BUFFER_CONTROL(0, 0)) = 0;
    REG(BUFFER_CONTROL(0, 1)) = 0;
    controlToggle = bufferData1;
    nextAddress = statusStage = 0;
    usb_event_setup(dpram(0));
}

/* The end of a transfer is told before the request that follows it. */
void usb_handler(void)
{
    for (uint32_t events; (events = REG(USB_INTS)) != 0;)
    {
        if (events & eventBuffer) handle_buffers(REG(USB_BUFF_STATUS));
        if (events & eventReset) handle_reset();
        else if (events & eventSetup) handle_setup();
        if (events & eventSuspend)
        {
            REG(USB_SIE_STATUS) = statusSuspended;
            usb_event_suspend(true);
        }
        if (events & eventResume)
        {
            REG(USB_SIE_STATUS) = statusResume;
            usb_event_suspend(false);
        }
    }
}

/* ------------------------------------------------------------------------------------------------------- the line */

void link_init(void)
{
    uint8_t serialNumber[8];
    boot_rom_serial_number(serialNumber);
    usb_cdc_start(serialNumber);
}

void link_drain(void)
{
    usb_line_drain();
}

void usb_line_idle(void)
{
    chip_wait_for_event();
}

/* The controller has pins of its own. */
bool link_has_pin(uint32_t pin)
{
    (void) pin;
    return false;
}

void port_wake_within(uint64_t units)
{
    cortex_m_wake_within(units);
}
