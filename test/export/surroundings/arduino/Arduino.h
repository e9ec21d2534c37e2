/* What of Arduino's core the sketch uses. */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sample.h"

class SerialOfSamples
{
public:
    void begin(unsigned long) {}
    operator bool() { return true; }

    /* A few bytes at a time, as a serial port has them. */
    size_t readBytes(char *to, size_t count)
    {
        size_t read = 0;
        for (; read < count && read < 7; read++)
        {
            const int byte = sample_next();
            if (byte < 0) sample_end();
            to[read] = (char) byte;
        }
        return read;
    }

    void print(const char *text) { printf("%s", text); }
    void print(char letter) { printf("%c", letter); }
    void print(unsigned long number) { printf("%lu", number); }
    void print(unsigned int number) { printf("%u", number); }
    void println(const char *text) { printf("%s\n", text); }
    void println(double number, int digits) { printf("%.*f\n", digits, number); }
    size_t write(const uint8_t *bytes, size_t count) { return printf("%.*s", (int) count, (const char *) bytes); }
};

static SerialOfSamples Serial;
static inline unsigned long micros() { return 0; }
static inline void delay(unsigned long) {}

#endif
