/*
 * Which slot's model is the active one. A model that is new is tried first: it becomes the active one, and the one before comes
 * back by itself unless the new one is confirmed, by who sent it or by its own good runs. A trap, a limit, a reset or a power cut
 * before that ends the trial. Source of the states: MCUboot, "Bootloader design", section on swap types (test, perm, revert).
 */
#ifndef WASMOTE_ACTIVATION_H
#define WASMOTE_ACTIVATION_H

#include "../abi/abi.h"
#include "records.h"
#include "slots.h"

/*
 * Loads the model that is to be active, and runs once, after slots_open: a trial that was not confirmed has ended; one that was
 * asked for begins.
 */
void activation_start(void);

/* The slot of the active model, tried or confirmed, or noSlot. */
uint32_t activation_active(void);

/* The slot of the model that was confirmed last, and that comes back; or noSlot. */
uint32_t activation_confirmed(void);

/* The slot of the model that is to be tried at the next start, or noSlot. */
uint32_t activation_pending(void);

/* Whether the slot's model was tried in vain since it came. */
bool activation_was_rejected(uint32_t slot);

/* Good runs that the model on trial still needs; 0 where only being told confirms it, or none is on trial. */
uint32_t activation_runs_left(void);

/*
 * Has the model of a complete slot tried: at once with `now`, else at the next start. Of an active one nothing changes. Where it
 * fails at once, the one before is active again: modelUntrusted, modelOlder, modelSelfTest, modelBusy while another is on trial,
 * modelFlash, and what engine_load finds.
 */
model_error activation_try(uint32_t slot, bool now);

/* Makes a complete slot's model the active one for good; the one that is on trial, or another, which must pass its self-test. */
model_error activation_confirm(uint32_t slot);

/* Ends a trial, or what was asked for: the model that was confirmed last is the active one. modelNoModel where there is neither. */
model_error activation_revert(void);

/* A key was retired: ends the trial of a model that it had signed, or what was asked for. */
void activation_key_retired(void);

/* Tells how a whole run of the active model ended. Whether the model before came back by that. */
bool activation_ran(bool well);

/* A slot's model is no more. */
void activation_drop(uint32_t slot);

/* Takes a slot's model for the confirmed one, where none is: the log does not say. */
void activation_adopt(uint32_t slot);

/* Of the log (log.c). */
void activation_forget(void);
void activation_replay(const record *entry);
uint32_t activation_count(void);
void activation_describe(uint32_t index, record *entry);

#endif
