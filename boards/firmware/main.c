/* The firmware: answers packets, one after the other, and runs an application between them, for ever. The same for all boards. */
#include "../link/frame.h"
#include "../link/smp.h"
#include "../ports/idle.h"
#include "../ports/port.h"
#include "../ports/watchdog.h"
#include "../store/activation.h"
#include "../store/slots.h"
#include "../update/upload.h"
#include "application.h"

/* A packet that has begun to come is awaited so long before the application goes on: a run would leave its bytes in a full FIFO. */
enum { packetMillis = 50 };

/* The next byte of the line, or -1 where there is time for the application. */
static int next_byte(void)
{
    port_wake_within(application_wait());
    return port_getc();
}

int main(void)
{
    port_init();
    port_watchdog_start();
    slots_open();
    upload_open();
    application_open();
    activation_start();
    uint64_t packetUntil = 0;
    for (;;)
    {
        port_watchdog_feed();
        const int byte = next_byte();
        if (byte < 0)
        {
            if (packetUntil == 0 || port_counter() >= packetUntil) application_step();
            continue;
        }
        const uint32_t length = frame_take((uint8_t) byte);
        packetUntil = length > 0 ? 0 : port_counter() + (uint64_t) BOARD_CLOCK_HZ * packetMillis / 1000;
        if (length > 0) smp_answer(length);
    }
}
