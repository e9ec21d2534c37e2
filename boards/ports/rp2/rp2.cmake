# What the RP2040 and the RP2350 have in common; the chip's folder, WASMOTE_PORT, gives chip.h, boot_rom.c, memory.ld.in.
# The line is one of uart.c and usb.c.
require_fields(oscillator.hz oscillator.startupMultiplier)
set(rp2 "${port}/..")
target_sources(firmware PRIVATE "${rp2}/clocks.c" "${rp2}/flash.c" "${rp2}/interrupts.c" "${rp2}/pins.c" "${rp2}/port.c" "${rp2}/pwm.c" "${rp2}/${WASMOTE_LINK_KIND}.c"
  "${rp2}/watchdog.c")
target_include_directories(firmware PRIVATE "${port}")
if(WASMOTE_LINK_KIND STREQUAL "usb")
  include("${CMAKE_CURRENT_SOURCE_DIR}/ports/usb.cmake")
endif()
