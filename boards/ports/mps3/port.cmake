# MPS3 with AN547: UART 0 and the watchdog of the slow clock by their secure addresses.
set(mps_uart 0x59303000)
set(mps_uart_hz 25000000)
set(mps_watchdog 0x5802e000)
set(mps_watchdog_hz 32768)
set(mps_leds 0x59302000)
set(mps_led_count 10)
include("${CMAKE_CURRENT_SOURCE_DIR}/ports/mps/mps.cmake")
