# What the ports of all STM32 share: set `usart` to v1 or v2, and `iwdg` and `uid` to the addresses of the
# watchdog and of the chip's own number, before.
set(stm32 "${CMAKE_CURRENT_SOURCE_DIR}/ports/stm32")
target_include_directories(firmware PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/ports")
target_sources(firmware PRIVATE "${stm32}/counter.c" "${stm32}/usart_${usart}.c" "${stm32}/rng.c"
  "${stm32}/watchdog.c" "${stm32}/serial_number.c")
target_compile_definitions(firmware PRIVATE STM32_IWDG=${iwdg} STM32_UID=${uid})

# -DMCU_STM32F405 and the like.
target_compile_definitions(firmware PRIVATE MCU_${WASMOTE_MCU})
