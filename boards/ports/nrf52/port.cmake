# nRF52: the UART can be on any pin; the board's file says which.
if(WASMOTE_LINK_TRANSMIT_PIN STREQUAL "" OR WASMOTE_LINK_RECEIVE_PIN STREQUAL "")
  message(FATAL_ERROR "boards/definitions/${WASMOTE_BOARD}.json: link.transmitPin or link.receivePin is missing")
endif()
target_compile_definitions(firmware PRIVATE BOARD_LINK_TRANSMIT_PIN=${WASMOTE_LINK_TRANSMIT_PIN}
  BOARD_LINK_RECEIVE_PIN=${WASMOTE_LINK_RECEIVE_PIN})
