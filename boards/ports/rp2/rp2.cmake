# What the RP2040 and the RP2350 have in common; the chip's folder, WASMOTE_PORT, gives chip.h, boot_rom.c, memory.ld.in.
file(GLOB common CONFIGURE_DEPENDS "${port}/../*.c")
target_sources(firmware PRIVATE ${common})
target_include_directories(firmware PRIVATE "${port}/..")
