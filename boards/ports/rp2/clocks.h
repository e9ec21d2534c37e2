/* Clocks of the RP2040 and the RP2350. */
#ifndef WASMOTE_RP2_CLOCKS_H
#define WASMOTE_RP2_CLOCKS_H

enum { crystalMhz = BOARD_OSCILLATOR_HZ / 1000000 };

/* Has the system clock run at BOARD_CLOCK_HZ, and takes the blocks in use out of reset. Runs once. */
void clocks_init(void);

/* Starts the 48 MHz that the USB controller and the ADC run from, where they do not run yet. */
void clocks_start_48mhz(void);

/* Starts the 48 MHz of the USB controller, and takes it out of reset. Runs once, after clocks_init. */
void clocks_start_usb(void);

#endif
