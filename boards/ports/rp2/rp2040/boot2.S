/*
 * Second-stage boot loader of the RP2040: sets the flash up for execution in place with the standard serial read
 * command 03h, which every flash chip knows, at clk_sys / 4, and enters the firmware behind it.
 *
 * The boot ROM copies the flash's first 256 bytes to the end of SRAM, checks the CRC32 in the last 4 of them
 * (boot2-checksum.mjs), and calls it with 0 in lr. The firmware calls a copy of it to return to execution in
 * place after it has written to flash: with another lr it returns. So the code depends on no address of its own.
 *
 * Source: RP2040 data sheet, 2.8.1 (boot sequence), 4.10.10-4.10.13 (SSI: registers, XIP).
 */
    .syntax unified
    .cpu cortex-m0plus
    .thumb

    .equ SSI, 0x18000000
    .equ CTRLR0, 0x00
    .equ CTRLR1, 0x04
    .equ SSIENR, 0x08
    .equ BAUDR, 0x14
    .equ SPI_CTRLR0_FROM_SSI, 0xf4

    .equ READ_FRAMES_OF_32_BITS, (31 << 16) | (3 << 8)      /* DFS_32, TMOD: EEPROM read; SPI_FRF: standard */
    .equ COMMAND_03_WITH_24_BITS, (0x03 << 24) | (2 << 8) | (6 << 2)    /* XIP_CMD, INST_L, ADDR_L; serial */

    .equ VECTORS, 0x10000100
    .equ VTOR, 0xe000ed08

    .section .text
    .global boot2
    .thumb_func
boot2:
    push {lr}
    ldr r3, =SSI
    movs r1, #0
    str r1, [r3, #SSIENR]
    movs r2, #4
    str r2, [r3, #BAUDR]
    ldr r2, =READ_FRAMES_OF_32_BITS
    str r2, [r3, #CTRLR0]
    str r1, [r3, #CTRLR1]
    ldr r2, =COMMAND_03_WITH_24_BITS
    ldr r0, =SSI + SPI_CTRLR0_FROM_SSI
    str r2, [r0]
    movs r2, #1
    str r2, [r3, #SSIENR]

    pop {r0}
    cmp r0, #0
    beq enter_firmware
    bx r0

enter_firmware:
    ldr r0, =VECTORS
    ldr r1, =VTOR
    str r0, [r1]
    ldmia r0!, {r1, r2}
    msr msp, r1
    bx r2
    .ltorg
