/*
 * The line over the serial port of the ESP32-C3's USB Serial/JTAG controller, which answers the host by itself: here are
 * only its queues. What was put is sent when a packet is full, or when the firmware looks for input again. A host that
 * does not take it is waited for, once and not for ever; then what is sent is dropped until there is room again.
 * Source: ESP32-C3 Technical Reference Manual, 30.3.2 (CDC-ACM), 30.5 (registers).
 */
#include "link.h"

#include "../../port.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define USB_EP1 REG(0x60043000)
#define USB_EP1_CONF REG(0x60043004)

enum { writingDone = 1 << 0, roomToSend = 1 << 1, hasReceived = 1 << 2 };

/* Shorter than the queue, so that each packet ends a transfer. */
enum { packetBytes = 63, patienceMillis = 500 };

static uint32_t kept;
static bool patienceIsOver;

static void flush(void)
{
    if (kept == 0) return;
    USB_EP1_CONF = writingDone;
    kept = 0;
}

/* Whether there is room for a byte before the host has been waited for long enough. */
static bool wait_for_room(void)
{
    const uint64_t end = port_counter() + (uint64_t) BOARD_CLOCK_HZ * patienceMillis / 1000;
    while (!(USB_EP1_CONF & roomToSend))
    {
        if (patienceIsOver || port_counter() >= end) return false;
    }
    return true;
}

int port_getc(void)
{
    flush();
    return USB_EP1_CONF & hasReceived ? (int) (USB_EP1 & 0xff) : -1;
}

void port_putc(uint8_t byte)
{
    patienceIsOver = !wait_for_room();
    if (patienceIsOver) return;
    USB_EP1 = byte;
    if (++kept == packetBytes) flush();
}

void link_drain(void)
{
    flush();
    wait_for_room();
}
