#include "log.h"

#include "activation.h"
#include "ledger.h"
#include "slots.h"

/* What takes part in the log. */
typedef struct log_part
{
    void (*forget)(void);
    void (*replay)(const record *entry);
    uint32_t (*count)(void);                                /* of the records that describe it */
    void (*describe)(uint32_t index, record *entry);
} log_part;

/* In the order in which their records are read: those of a slot before those of which slot is active. */
static const log_part parts[] = {
    { slots_forget, slots_replay, slots_count, slots_describe },
    { activation_forget, activation_replay, activation_count, activation_describe },
#ifdef WASMOTE_TRUST
    { ledger_forget, ledger_replay, ledger_count, ledger_describe },
#endif
};
enum { partCount = sizeof parts / sizeof parts[0] };

static void replay(const record *entry)
{
    for (uint32_t i = 0; i < partCount; i++) parts[i].replay(entry);
}

static bool snapshot(uint32_t index, record *entry)
{
    for (uint32_t i = 0; i < partCount; i++)
    {
        const uint32_t count = parts[i].count();
        if (index < count)
        {
            parts[i].describe(index, entry);
            return true;
        }
        index -= count;
    }
    return false;
}

bool log_open(void)
{
    for (uint32_t i = 0; i < partCount; i++) parts[i].forget();
    return records_open(replay);
}

bool log_append(const record *entry)
{
    return records_append(entry, snapshot);
}
