/*
 * The line of the firmware over a USB device (drivers/usb_cdc.h), on chips whose controller this firmware drives.
 *
 * What is put is sent when a packet is full, or when the firmware looks for input again. A host that does not take it is
 * waited for, once and not for ever; then what is sent is dropped until there is room again. Frames tell the host that
 * bytes are missing (docs/link.md).
 */
#include "usb_line.h"

#include "port.h"
#include "../drivers/usb_cdc.h"

enum { patienceMillis = 500 };

static bool patienceIsOver;
static bool leaving;            /* for the boot loader: nothing is waited for */

static uint64_t end_of_patience(void)
{
    return port_counter() + (uint64_t) BOARD_CLOCK_HZ * patienceMillis / 1000;
}

int port_getc(void)
{
    const int byte = usb_cdc_get();
    if (byte < 0) usb_line_idle();
    return byte;
}

void port_putc(uint8_t byte)
{
    bool taken = usb_cdc_put(byte);
    if (!taken && !patienceIsOver)
    {
        const uint64_t end = end_of_patience();
        while (!(taken = usb_cdc_put(byte)) && port_counter() < end) {}
    }
    patienceIsOver = !taken;
}

void usb_line_drain(void)
{
    if (leaving) return;
    const uint64_t end = end_of_patience();
    do usb_cdc_flush(); while (!usb_cdc_sent() && port_counter() < end);
}

void usb_cdc_touched(void)
{
    if (!port_request_boot_loader()) return;
    leaving = true;
    port_reset();
}
