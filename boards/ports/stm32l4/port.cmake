# STM32L4.
set(usart v2)
set(iwdg 0x40003000)
set(uid 0x1fff7590)
set(gpio_a 0x48000000)
set(gpio_clocks 0x4002104c)
set(gpio_ports 0x1ff)
set(line_pins 103 104)
include("${CMAKE_CURRENT_SOURCE_DIR}/ports/stm32/stm32.cmake")
