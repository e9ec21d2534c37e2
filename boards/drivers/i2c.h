/* What drivers of sensors ask of a board's I2C; a port has it. */
#ifndef WASMOTE_I2C_H
#define WASMOTE_I2C_H

#include <stdbool.h>
#include <stdint.h>

/* Sets up the bus on these pins, at 400 kHz; sourceUnset stands for the board's own. False where no bus has them. */
bool port_i2c_open(uint32_t sda, uint32_t scl);

/* Sends bytes to a device and then receives some, of either none or more. False where the device does not answer. */
bool port_i2c_exchange(uint32_t address, const uint8_t *sent, uint32_t sentLength, uint8_t *received, uint32_t receivedLength);

#endif
