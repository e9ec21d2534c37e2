/*
 * The log as a whole: which room of the store each record belongs to.
 */
#ifndef WASMOTE_LOG_H
#define WASMOTE_LOG_H

#include "records.h"

/* Forgets what is known, and finds it out from flash. False, and nothing known, if the log is of another format. */
bool log_open(void);

/* Appends a record of what has been done, and is known already. False if flash could not be written. */
bool log_append(const record *entry);

#endif
