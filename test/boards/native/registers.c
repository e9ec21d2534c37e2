/*
 * A driver that writes to a chip's registers, with memory in their place. Arguments: "map ADDRESS" (a page of zeros there), "pin NUMBER LEVEL"
 * (prints whether port_pin_set did it), "write ADDRESS VALUE", "read ADDRESS" (prints the word), in their order; a line for each that prints.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ports/pins.h"

enum { page = 4096 };

static unsigned long number(const char *text)
{
    return strtoul(text, NULL, 0);
}

static volatile uint32_t *word(const char *text)
{
    return (volatile uint32_t *) number(text);
}

int main(int count, char **arguments)
{
    for (int i = 1; i < count; i++)
    {
        const char *const what = arguments[i];
        if (strcmp(what, "map") == 0)
        {
            void *const at = (void *) (number(arguments[++i]) & ~(unsigned long) (page - 1));
            if (mmap(at, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != at) return 1;
        }
        else if (strcmp(what, "pin") == 0)
        {
            const uint32_t pin = (uint32_t) number(arguments[++i]);
            puts(port_pin_set(pin, number(arguments[++i]) != 0) ? "true" : "false");
        }
        else if (strcmp(what, "write") == 0)
        {
            volatile uint32_t *const at = word(arguments[++i]);
            *at = (uint32_t) number(arguments[++i]);
        }
        else if (strcmp(what, "read") == 0) printf("0x%x\n", (unsigned) *word(arguments[++i]));
        else return 2;
    }
    return 0;
}
