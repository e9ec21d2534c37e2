/* The firmware: answers packets, one after the other, for ever. The same for all boards. */
#include "../link/frame.h"
#include "../link/smp.h"
#include "../ports/port.h"
#include "../ports/watchdog.h"
#include "../store/activation.h"
#include "../store/slots.h"
#include "../update/upload.h"

int main(void)
{
    port_init();
    port_watchdog_start();
    slots_open();
    upload_open();
    activation_start();
    for (;;)
    {
        port_watchdog_feed();
        const int byte = port_getc();
        if (byte < 0) continue;
        const uint32_t length = frame_take((uint8_t) byte);
        if (length > 0) smp_answer(length);
    }
}
