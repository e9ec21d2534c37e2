# STM32F4: which USART is the link, on which pins, and what is at the crystal's.
require_fields(link.usart link.transmitPin link.receivePin oscillator.hz oscillator.bypass)
set(usart v1)
set(iwdg 0x40003000)
set(uid 0x1fff7a10)
include("${CMAKE_CURRENT_SOURCE_DIR}/ports/stm32/stm32.cmake")
