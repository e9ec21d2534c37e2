/*
 * CHECK(condition): a condition that does not hold ends the program with exit code 1, saying where. Whoever includes this
 * defines CHECK_DURING, what is going on as arguments of printf.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                        \
    do {                                                                                        \
        if (condition) break;                                                                   \
        printf(CHECK_DURING);                                                                   \
        printf(", line %d: not so: %s\n", __LINE__, #condition);                                \
        exit(1);                                                                                \
    } while (0)

#endif
