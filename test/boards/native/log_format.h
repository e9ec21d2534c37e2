/* The number of the format in the header of the store's log, on the simulated flash. */
#ifndef LOG_FORMAT_H
#define LOG_FORMAT_H

#include <stdint.h>

enum { formatOfToday = 2, formatWithoutNumber = 0xffffffff, formatOfTomorrow = 3 };

/* Makes the log one of that format, by its header alone. There must be a log. */
void log_set_format(uint32_t format);

/* The number in the header of the log, whatever its records are. */
uint32_t log_format(void);

#endif
