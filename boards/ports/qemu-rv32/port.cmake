# QEMU's machine has flash, which programs may not write to.
target_sources(firmware PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/ports/memory_flash.c")
