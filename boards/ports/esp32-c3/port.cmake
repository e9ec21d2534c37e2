# ESP32-C3: the line is one of link/uart.c and link/usb-serial-jtag.c.
target_sources(firmware PRIVATE "${port}/link/${WASMOTE_LINK_KIND}.c")
target_include_directories(firmware PRIVATE "${port}/link")
