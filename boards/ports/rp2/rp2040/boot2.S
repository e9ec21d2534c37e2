/*
 * Second-stage boot loader of the RP2040: sets the flash chip up for execution in place, and enters the firmware behind it.
 *
 * With QUAD_READS the chip is read over four lines, by the command EBh "Fast Read Quad I/O" at clk_sys / 2, which is sent once:
 * mode bits A0h behind each address say that the next read has no command. For that the chip's bit QE must be set: the second
 * one of its second status register, as Winbond and those who follow them have it. Without QUAD_READS it is read by the
 * standard command 03h, which every flash chip knows, at clk_sys / 4.
 *
 * The boot ROM copies the flash's first 256 bytes to the end of SRAM, checks the CRC32 in the last 4 of them
 * (boot2-checksum.mjs), and calls it with 0 in lr. The firmware calls a copy of it to return to execution in
 * place after it has written to flash: with another lr it returns. So the code depends on no address of its own.
 *
 * Sources: RP2040 data sheet, 2.8.1 (boot sequence), 2.19.6.4 (pads), 4.10.10-4.10.13 (SSI: registers, XIP); Winbond W25Q16JV
 * data sheet, 7.1 (status registers), 8.2.4-8.2.5 (05h, 35h, 01h with both registers' values), 8.2.12 (EBh, mode bits);
 * Puya P25Q16H data sheet (the same commands).
 */
    .syntax unified
    .cpu cortex-m0plus
    .thumb

    .equ SSI, 0x18000000
    .equ CTRLR0, 0x00
    .equ CTRLR1, 0x04
    .equ SSIENR, 0x08
    .equ BAUDR, 0x14
    .equ SR, 0x28
    .equ DR0, 0x60
    .equ RX_SAMPLE_DLY_FROM_SSI, 0xf0
    .equ SPI_CTRLR0_FROM_RX_SAMPLE_DLY, 4
    .equ PADS_QSPI, 0x40020000
    .equ SCLK, 0x04
    .equ SD0, 0x08
    .equ SCHMITT, 1 << 1

    .equ FRAMES_OF_8_BITS, 7 << 16                          /* DFS_32; TMOD: transmit and receive; SPI_FRF: standard */
    .equ READ_FRAMES_OF_32_BITS, (31 << 16) | (3 << 8)      /* DFS_32, TMOD: EEPROM read; SPI_FRF: standard */
    .equ QUAD, 2 << 21                                      /* SPI_FRF */
    .equ COMMAND_03_WITH_24_BITS, (0x03 << 24) | (2 << 8) | (6 << 2)    /* XIP_CMD, INST_L, ADDR_L; serial */
    .equ WAIT_4_AFTER_32_BITS, (4 << 11) | (8 << 2)         /* WAIT_CYCLES, ADDR_L: address and mode bits */
    .equ COMMAND_SERIAL_ADDRESS_QUAD, (2 << 8) | 1          /* INST_L, TRANS_TYPE */
    .equ MODE_A0_WITHOUT_COMMAND, (0xa0 << 24) | 2          /* XIP_CMD, INST_L, TRANS_TYPE: all of it quad */

    .equ WRITE_STATUS, 0x01
    .equ READ_STATUS_1, 0x05
    .equ WRITE_ENABLE, 0x06
    .equ READ_STATUS_2, 0x35
    .equ FAST_READ_QUAD, 0xeb
    .equ CONTINUOUS, 0xa0
    .equ QUAD_ENABLE, 1 << 1
    .equ EMPTY_NOT_BUSY, 1 << 2
    .equ EMPTY_OR_BUSY, 1 << 2 | 1

    .equ VECTORS, 0x10000100
    .equ VTOR, 0xe000ed08

    .section .text
    .global boot2
    .thumb_func
boot2:
    push {r4, r5, lr}
    ldr r3, =SSI
    movs r1, #0
    str r1, [r3, #SSIENR]
#ifdef QUAD_READS
    ldr r0, =PADS_QSPI
    movs r2, #(2 << 4) | 1                                  /* 8 mA, fast edges */
    str r2, [r0, #SCLK]
    ldr r1, [r0, #SD0]
    movs r2, #SCHMITT                                       /* the trigger would delay what comes in */
    bics r1, r2
    str r1, [r0, #SD0]
    str r1, [r0, #SD0 + 4]
    str r1, [r0, #SD0 + 8]
    str r1, [r0, #SD0 + 12]

    movs r2, #2
    str r2, [r3, #BAUDR]
    ldr r5, =SSI + RX_SAMPLE_DLY_FROM_SSI
    movs r1, #1
    str r1, [r5]
    ldr r2, =FRAMES_OF_8_BITS
    str r2, [r3, #CTRLR0]
    str r1, [r3, #SSIENR]

    movs r0, #READ_STATUS_2
    bl read_status
    movs r2, #QUAD_ENABLE
    tst r0, r2
    bne quad_is_enabled
    orrs r0, r2
    mov r4, r0
    movs r0, #WRITE_ENABLE
    str r0, [r3, #DR0]
    bl wait
    ldr r0, [r3, #DR0]
    movs r0, #READ_STATUS_1
    bl read_status
    movs r2, #WRITE_STATUS
    str r2, [r3, #DR0]
    str r0, [r3, #DR0]
    str r4, [r3, #DR0]
    bl wait
    ldr r0, [r3, #DR0]
    ldr r0, [r3, #DR0]
    ldr r0, [r3, #DR0]
still_writing:
    movs r0, #READ_STATUS_1
    bl read_status
    lsls r0, r0, #31
    bne still_writing

quad_is_enabled:
    movs r4, #0
    str r4, [r3, #SSIENR]
    ldr r2, =READ_FRAMES_OF_32_BITS | QUAD
    str r2, [r3, #CTRLR0]
    str r4, [r3, #CTRLR1]
    ldr r2, =WAIT_4_AFTER_32_BITS | COMMAND_SERIAL_ADDRESS_QUAD
    str r2, [r5, #SPI_CTRLR0_FROM_RX_SAMPLE_DLY]
    movs r0, #1
    str r0, [r3, #SSIENR]
    movs r1, #FAST_READ_QUAD
    movs r2, #CONTINUOUS
    str r1, [r3, #DR0]
    str r2, [r3, #DR0]
    bl wait
    str r4, [r3, #SSIENR]
    ldr r2, =WAIT_4_AFTER_32_BITS | MODE_A0_WITHOUT_COMMAND
    str r2, [r5, #SPI_CTRLR0_FROM_RX_SAMPLE_DLY]
#else
    movs r2, #4
    str r2, [r3, #BAUDR]
    ldr r2, =READ_FRAMES_OF_32_BITS
    str r2, [r3, #CTRLR0]
    str r1, [r3, #CTRLR1]
    ldr r2, =COMMAND_03_WITH_24_BITS
    ldr r0, =SSI + RX_SAMPLE_DLY_FROM_SSI
    str r2, [r0, #SPI_CTRLR0_FROM_RX_SAMPLE_DLY]
#endif
    movs r2, #1
    str r2, [r3, #SSIENR]

    pop {r4, r5}
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

#ifdef QUAD_READS
/* Sends the command in r0, and gives what comes back behind it. */
read_status:
    push {lr}
    str r0, [r3, #DR0]
    str r0, [r3, #DR0]
    bl wait
    ldr r0, [r3, #DR0]
    ldr r0, [r3, #DR0]
    pop {pc}

/* Until all is sent and received. */
wait:
    ldr r2, [r3, #SR]
    movs r1, #EMPTY_OR_BUSY
    ands r2, r1
    cmp r2, #EMPTY_NOT_BUSY
    bne wait
    bx lr
#endif
    .ltorg
