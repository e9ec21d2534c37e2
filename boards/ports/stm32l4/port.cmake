# STM32L4.
set(usart v2)
set(iwdg 0x40003000)
set(uid 0x1fff7590)
include("${CMAKE_CURRENT_SOURCE_DIR}/ports/stm32/stm32.cmake")
