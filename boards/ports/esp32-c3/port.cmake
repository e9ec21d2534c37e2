# ESP32-C3: the line is one of link/uart.c and link/usb-serial-jtag.c.
target_sources(firmware PRIVATE "${port}/link/${WASMOTE_LINK_KIND}.c")
if(WASMOTE_LINK_KIND STREQUAL "uart")
  target_compile_definitions(firmware PRIVATE ESP32_LINE_PIN=20)
else()
  target_compile_definitions(firmware PRIVATE ESP32_LINE_PIN=18)
endif()
target_include_directories(firmware PRIVATE "${port}/link")
