/*
 * Where an application's samples come from: what a driver of a sensor has. One source runs at a time. A value is one sample of one
 * channel, in 16 bits; those of one moment follow each other in the order of their channels.
 */
#ifndef WASMOTE_SOURCE_H
#define WASMOTE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

enum { sourceMostPowerPins = 4, sourceMostSync = 4, sourceMostFrameChannels = 16 };

/* How values lie in a stream of bytes (frames.h). */
typedef enum source_checksum
{
    checksumNone, checksumSum, checksumXor,
} source_checksum;

typedef struct source_frame
{
    uint8_t sync[sourceMostSync], syncLength;   /* the bytes that begin a frame; over SPI, that are sent for one */
    uint8_t checksum;
    bool highByteFirst;
} source_frame;

/* What is asked of a source. */
typedef struct source_setup
{
    uint32_t millihertz, channels;
    uint32_t pin, address, sda, scl;            /* sourceUnset where the application does not say */
    uint8_t powerPins[sourceMostPowerPins];     /* what is high before the sensor is used, and how many of them there are */
    uint8_t powerPinCount;
    uint32_t baud;                              /* bits a second of a UART or SPI; 0 where it does not say */
    source_frame frame;
    const uint8_t *chip;                        /* no zero byte at its end; NULL where it does not say */
    uint32_t chipLength;
    uint32_t clock;                             /* of a digital microphone and of SPI: the pin */
    uint32_t shift;                             /* of a digital microphone: by how many bits louder */
    bool right;                                 /* which one of two on the same wires */
    uint32_t select, mosi, mode;                /* of SPI: the pins of the chip's select and of what is sent, and which of its modes */
    const uint8_t *first;                       /* of SPI: what is sent once at first, each message behind its length; NULL: nothing */
    uint32_t firstLength;
    uint32_t range, rotationRange;              /* of "imu": g and degrees a second at full scale; sourceUnset for the least */
    uint16_t *ring;                             /* where the driver may keep what has not been taken */
    uint32_t ringValues;                        /* a multiple of what a run takes; 0: a driver that needs a ring has none */
    uint32_t runValues;                         /* what a run takes */
    uint32_t *raw;                              /* sourceRawBytes for drivers that make samples of something else; else NULL */
    const uint8_t *recording;                   /* of the source "recording" alone, as the model's input has them */
    uint32_t recordingBytes, valueBytes;
    uint64_t (*counter)(void);
    uint32_t counterHz;                         /* 0: the counter counts no time */
} source_setup;

enum { sourceUnset = 0xffffffff, sourceRawBytes = 1440 };

/* Samples of each channel that a rate brings while a counter goes up by `elapsed`. Nothing adds up: there is no drift. */
static inline uint64_t source_samples(uint64_t elapsed, uint32_t counterHz, uint32_t millihertz)
{
    return (elapsed / counterHz * millihertz + elapsed % counterHz * millihertz / counterHz) / 1000;
}

/* `ended` of a source whose samples go on. */
static inline bool source_never_ends(void)
{
    return false;
}

typedef struct source
{
    const char *name;
    bool isRaw;                 /* whether its values are as the model's input has them, and need not be of 16 bits */

    /* Begins to take samples; the setup stays where it is until it stops. NULL, or what of the setup it cannot do: "rate", "pin". */
    const char *(*start)(const source_setup *setup);

    /* Values that are there, of which a run takes `run`. What was lost is skipped, in whole multiples of that. */
    uint32_t (*available)(uint32_t run);

    /* Takes so many values of those that are there. */
    void (*take)(void *to, uint32_t count);

    /* Values that were lost since it began: they came while there was no room. */
    uint32_t (*lost)(void);

    /* Whether nothing more will come. */
    bool (*ended)(void);

    void (*stop)(void);
} source;

#endif
