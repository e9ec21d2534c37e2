# MPS2+: UART 0, the watchdog.
set(mps_uart 0x40004000)
set(mps_uart_hz 25000000)
set(mps_watchdog 0x40008000)
set(mps_watchdog_hz 25000000)
set(mps_leds 0x40028000)
set(mps_led_count 2)
include("${CMAKE_CURRENT_SOURCE_DIR}/ports/mps/mps.cmake")
