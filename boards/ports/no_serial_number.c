#include "port.h"

__attribute__((weak)) bool port_serial_number(uint8_t id[portSerialBytes])
{
    (void) id;
    return false;
}
