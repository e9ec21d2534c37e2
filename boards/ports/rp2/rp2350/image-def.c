/*
 * The block that tells the RP2350's boot ROM what this image is: an executable for the Arm cores in secure state.
 * The boot ROM looks for it in the image's first 4 KiB; the vectors are at the image's start, as it assumes.
 * Source: RP2350 data sheet, 5.9.1 (blocks and block loops), 5.9.3.1 (IMAGE_TYPE item), 5.9.5 (minimum image).
 */
#include <stdint.h>

enum { imageTypeItem = 0x42, lastItem = 0xff };
enum { executable = 1, secure = 2 << 4, armCores = 0 << 8, rp2350 = 1 << 12 };

__attribute__((section(".image_def"), used)) static const uint32_t image_def[5] = {
    0xffffded3,                                                             /* start of a block */
    imageTypeItem | 1 << 8 | (uint32_t) (executable | secure | armCores | rp2350) << 16,  /* 1 word */
    lastItem | 1 << 8,                                                      /* 1 word of items before */
    0,                                                                      /* the next block is this one */
    0xab123579,                                                             /* end of a block */
};
