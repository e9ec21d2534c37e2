# What the ports of all STM32 share: set before `usart` to v1 or v2, `iwdg` and `uid` to the addresses of the watchdog and of the chip's
# own number, `gpio_a` and `gpio_clocks` to those of the first port of pins and of the register that gives ports their clocks, `gpio_ports`
# to the ports that there are, a bit each, and `line_pins` to the link's.
set(stm32 "${CMAKE_CURRENT_SOURCE_DIR}/ports/stm32")
target_include_directories(firmware PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/ports")
target_sources(firmware PRIVATE "${stm32}/counter.c" "${stm32}/usart_${usart}.c" "${stm32}/rng.c"
  "${stm32}/watchdog.c" "${stm32}/serial_number.c" "${stm32}/pins.c")
target_compile_definitions(firmware PRIVATE STM32_IWDG=${iwdg} STM32_UID=${uid} STM32_GPIO_A=${gpio_a} STM32_GPIO_CLOCKS=${gpio_clocks}
  STM32_GPIO_PORTS=${gpio_ports})
list(GET line_pins 0 line_pin)
list(GET line_pins 1 other_line_pin)
target_compile_definitions(firmware PRIVATE STM32_LINE_PIN=${line_pin} STM32_OTHER_LINE_PIN=${other_line_pin})

# -DMCU_STM32F405 and the like.
target_compile_definitions(firmware PRIVATE MCU_${WASMOTE_MCU})
