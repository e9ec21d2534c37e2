# Alif Ensemble: which UART is the link.
require_fields(link.usart)
target_compile_definitions(firmware PRIVATE BOARD_RAM_ORIGIN=${WASMOTE_RAM_ORIGIN}u)
