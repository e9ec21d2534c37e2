#include "cases.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "damage.h"

/* Cases that take longer than this hang. */
enum { mostSeconds = 60, casesOfAlarm = 64 };

static const char *findings, *named;
static uint32_t current;

static void save(void)
{
    char path[4096];
    printf("case %u\n", current);
    fflush(stdout);
    snprintf(path, sizeof path, "%s/%scase-%u.bin", findings, named, current);
    FILE *file = fopen(path, "wb");
    if (!file) return;
    fwrite(work.at, 1, work.length, file);
    fclose(file);
}

static void stop(int signal)
{
    if (signal == SIGALRM) fprintf(stderr, "the case hangs\n");
    save();
    _exit(1);
}

const char *__asan_default_options(void) { return "abort_on_error=1:handle_abort=0:detect_leaks=0"; }
const char *__ubsan_default_options(void) { return "abort_on_error=1:print_stacktrace=1"; }

void cases_watch(const char *folder, const char *prefix)
{
    findings = folder;
    named = prefix;
    signal(SIGABRT, stop);
    signal(SIGALRM, stop);
}

void cases_begin(uint64_t seed, uint32_t number)
{
    current = number;
    state = seed << 32 ^ number;
    if (number % casesOfAlarm == 0) alarm(mostSeconds);
}
