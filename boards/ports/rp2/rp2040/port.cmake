# RP2040: the second-stage boot loader with its checksum.
include("${port}/../rp2.cmake")
foreach(driver frames imu mpu6050 lsm6ds3 lsm9ds1 pdm value_ring)
  target_sources(firmware PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/drivers/${driver}.c")
endforeach()
set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/drivers/pdm.c" PROPERTIES COMPILE_OPTIONS -O2)
enable_language(ASM)
find_program(NODE_PROGRAM node REQUIRED)
require_fields(flashReads)

add_executable(boot2 "${port}/boot2.S")
target_compile_options(boot2 PRIVATE -mcpu=cortex-m0plus -mthumb)
if(WASMOTE_FLASH_READS STREQUAL "quad")
  target_compile_definitions(boot2 PRIVATE QUAD_READS)
endif()
target_link_options(boot2 PRIVATE -mcpu=cortex-m0plus -nostdlib -Wl,-Ttext=0x20041f00 -Wl,--entry=boot2
  -Wl,--build-id=none)
set(boot2_image "${CMAKE_CURRENT_BINARY_DIR}/boot2-image.S")
add_custom_command(OUTPUT "${boot2_image}"
  COMMAND ${CMAKE_OBJCOPY} -O binary -j .text $<TARGET_FILE:boot2> boot2.bin
  COMMAND ${NODE_PROGRAM} "${port}/boot2-checksum.mjs" boot2.bin "${boot2_image}"
  DEPENDS boot2 "${port}/boot2-checksum.mjs" VERBATIM)
target_sources(firmware PRIVATE "${boot2_image}")
