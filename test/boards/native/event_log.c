/*
 * The log of events on flash whose power fails at every byte that is written or erased. Prints "ok CUTS", or what is wrong, with exit
 * code 1.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "simulated_flash.h"
#include "store/event_log.h"

enum { entryBytes = 32, entriesOfSector = flashSector / entryBytes - 1, written = 2 * entriesOfSector + 10, application = 7 };

static long cut;
#define CHECK_DURING "a cut after %ld bytes", cut

static event_entry entry_of(uint32_t run)
{
    return (event_entry) {
        .run = run, .seconds = run / 2, .milliseconds = (uint16_t) (run % 1000), .event = run % 3, .application = application,
        .level = (float) run / 4,
    };
}

/* Reads all that is in the log: one run after the other, and nothing that was not written. Gives the last run; none as before 0. */
static uint32_t read_all(uint32_t *count)
{
    event_entry found;
    uint32_t last = 0xffffffff, sequence = 0;
    for (*count = 0; event_log_next(sequence, application, &found); sequence = found.sequence + 1, ++*count)
    {
        const event_entry expected = entry_of(found.run);
        CHECK(found.sequence >= sequence && (*count == 0 || found.run > last));
        CHECK(found.seconds == expected.seconds && found.milliseconds == expected.milliseconds && found.event == expected.event
            && found.level == expected.level && found.boot > 0);
        last = found.run;
    }
    return last;
}

/* Writes until power fails; how many entries were written. All of them, where it does not. */
static uint32_t write_until_cut(void)
{
    static volatile uint32_t done;
    done = 0;
    bytesUntilCut = cut;
    if (setjmp(powerOff) == 0)
    {
        event_log_open();
        for (; done < written; done++) CHECK(event_log_append(entry_of(done)));
    }
    bytesUntilCut = -1;
    return done;
}

/*
 * What was written before the cut is there, up to the one that was being written and what its sector held before that one was erased. The
 * log goes on, with a new number of the start, once more cut or not.
 */
static void check_after_cut(uint32_t done)
{
    uint32_t count, before;
    event_entry found;
    event_log_open();
    const uint32_t last = read_all(&count);
    CHECK(done == 0 ? count <= 1 : last == done - 1 || last == done);
    CHECK(count >= (done < entriesOfSector ? done : entriesOfSector));
    before = count;
    CHECK(event_log_append(entry_of(written)));
    CHECK(read_all(&count) == written && (count == before + 1 || count <= entriesOfSector + 1));
    CHECK(event_log_next(0, application, &found) && !event_log_next(0, application + 1, &found));
    event_log_open();
    CHECK(event_log_append(entry_of(written + 1)) && read_all(&count) == written + 1);
    const uint32_t start = count - 1;
    uint32_t sequence = 0, boots[2] = { 0, 0 };
    for (uint32_t i = 0; event_log_next(sequence, application, &found); i++, sequence = found.sequence + 1)
        if (i + 2 > start) boots[i + 1 - start] = found.boot;
    CHECK(boots[1] == boots[0] + 1 && boots[0] > 0);
}

/* A cut while the log is cleared leaves all that was in it, some of it, or nothing. */
static bool check_cleared(void)
{
    uint32_t count;
    bool isCleared = false;
    const long kept = cut;
    cut = -1;
    write_until_cut();
    cut = bytesUntilCut = kept;
    if (setjmp(powerOff) == 0)
    {
        CHECK(event_log_clear());
        isCleared = true;
    }
    bytesUntilCut = -1;
    event_log_open();
    const uint32_t last = read_all(&count);
    CHECK(isCleared ? count == 0 : count == 0 || last == written - 1);
    CHECK(event_log_append(entry_of(written)) && read_all(&count) == written);
    return isCleared;
}

static void erase_all(void)
{
    static uint8_t blank[flashBytes];
    memset(blank, 0xff, sizeof blank);
    flash_restore(blank);
}

int main(void)
{
    uint32_t done = 0, cuts = 0;
    if (!flash_map()) return 2;
    CHECK(event_log_exists());
    for (cut = 0; done < written; cut++, cuts++)
    {
        erase_all();
        done = write_until_cut();
        check_after_cut(done);
    }
    bool isCleared = false;
    for (cut = 0; !isCleared; cut++, cuts++)
    {
        erase_all();
        isCleared = check_cleared();
    }
    printf("ok %u\n", cuts);
    return 0;
}
