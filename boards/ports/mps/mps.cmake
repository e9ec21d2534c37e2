# Images of MPS2+ and MPS3: where the UART and the watchdog are (their clocks in Hz), and the LEDs.
file(GLOB mps CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/ports/mps/*.c")
target_sources(firmware PRIVATE ${mps} "${CMAKE_CURRENT_SOURCE_DIR}/ports/memory_flash.c")
target_compile_definitions(firmware PRIVATE MPS_UART=${mps_uart} MPS_UART_HZ=${mps_uart_hz}u
  MPS_WATCHDOG=${mps_watchdog} MPS_WATCHDOG_HZ=${mps_watchdog_hz}u MPS_LEDS=${mps_leds} MPS_LED_COUNT=${mps_led_count})
