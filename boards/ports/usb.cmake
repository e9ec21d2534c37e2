# The line over USB, on chips whose controller this firmware drives: the stack, and the ids of the board's file.
set(drivers "${CMAKE_CURRENT_SOURCE_DIR}/drivers")
target_sources(firmware PRIVATE "${drivers}/usb_cdc.c" "${CMAKE_CURRENT_SOURCE_DIR}/ports/usb_line.c")
target_include_directories(firmware PRIVATE "${drivers}" "${CMAKE_CURRENT_SOURCE_DIR}/ports")
target_compile_definitions(firmware PRIVATE BOARD_USB_VENDOR=${WASMOTE_LINK_USB_VENDOR}
  BOARD_USB_PRODUCT=${WASMOTE_LINK_USB_PRODUCT})
