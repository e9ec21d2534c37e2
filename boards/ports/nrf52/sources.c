/* The sources of boards with an nRF52. */
#include "../sources.h"

#include <stddef.h>

#include "../../drivers/imu.h"
#include "adc.h"
#include "pdm.h"

const source *port_source(uint32_t index)
{
    static const source *const sources[] = { &nrf52_adc, &imu_source, &nrf52_pdm };
    return index < sizeof sources / sizeof sources[0] ? sources[index] : NULL;
}
