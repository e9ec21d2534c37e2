# MPS3 with AN547: UART 0 by its secure address.
set(mps_uart 0x59303000)
set(mps_uart_hz 25000000)
include("${CMAKE_CURRENT_SOURCE_DIR}/ports/mps/mps.cmake")
