# STM32H7: which USART is the link, and on which pins.
require_fields(link.usart link.transmitPin link.receivePin)
if(WASMOTE_OSCILLATOR_HZ)
  require_fields(oscillator.hz oscillator.bypass)
endif()
set(usart v2)
set(iwdg 0x58004800)
set(uid 0x1ff1e800)
include("${CMAKE_CURRENT_SOURCE_DIR}/ports/stm32/stm32.cmake")
