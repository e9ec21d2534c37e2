/* The sources of boards with an RP2040. */
#include "../../sources.h"

#include <stddef.h>

#include "../../../drivers/imu.h"
#include "adc.h"
#include "serial.h"
#include "sound.h"
#include "spi.h"

const source *port_source(uint32_t index)
{
    static const source *const sources[] = { &rp2040_adc, &imu_source, &rp2040_pdm, &rp2040_i2s, &rp2040_uart, &rp2040_spi };
    return index < sizeof sources / sizeof sources[0] ? sources[index] : NULL;
}
