/*
 * wasmote: runs model files that `wasmote build` makes. C99.
 *
 *     static uint8_t memory[MODEL_MEMORY_BYTES] __attribute__((aligned(8)));
 *     wasmote *model;
 *     wasmote_tensor input, output;
 *     wasmote_status status = wasmote_open(&model, memory, sizeof memory, file, fileBytes, NULL);
 *     if (!status) status = wasmote_input(model, 0, &input);
 *     if (!status) status = wasmote_output(model, 0, &output);
 *     if (!status) status = wasmote_write_reals(&input, sample, 490);
 *     if (!status) status = wasmote_run(model);
 *     if (!status) status = wasmote_read_reals(&output, scores, 12);
 *
 * The library allocates nothing, opens no files and prints nothing. A model has the memory that its caller gives it, and
 * nothing outside of it; any number may be open. Code and weights are read where the file lies, which may be flash.
 *
 * Threads: one may be in the library at a time, whichever model it calls for. Interrupts may come, but call nothing here.
 */
#ifndef WASMOTE_H
#define WASMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An open model. It lies in the memory that it was opened with. */
typedef struct wasmote wasmote;

/* How a call ended. wasmote_status_text says it in words. */
typedef enum wasmote_status
{
    WASMOTE_OK = 0,
    WASMOTE_CLOSED = 2,             /* no model is open there: it was closed, or could not be opened anew */
    WASMOTE_BAD_ARGUMENT = 3,       /* an index, a range, a count or an alignment is wrong; nothing was done */
    WASMOTE_BAD_MODEL = 4,          /* the file is no model, or is damaged */
    WASMOTE_WRONG_VERSION = 5,      /* the model asks for what this build of the library does not have */
    WASMOTE_MEMORY = 6,             /* the memory is too small; after a run, as after WASMOTE_TRAP */
    WASMOTE_TRAP = 9,               /* the model did what it may not do; after a run, its state is as after wasmote_open */
    WASMOTE_LIMIT = 10,             /* the limit was reached; likewise */
    WASMOTE_STACK = 12              /* the stack is too small (wasmote_options) */
} wasmote_status;

/* Types of elements. */
typedef enum wasmote_dtype
{
    WASMOTE_INT8 = 1, WASMOTE_UINT8, WASMOTE_BOOL, WASMOTE_INT16, WASMOTE_INT32, WASMOTE_INT64, WASMOTE_FLOAT32
} wasmote_dtype;

/* Of a tensor: the most that its shape may have. */
enum { WASMOTE_MOST_DIMENSIONS = 8 };

/* An input or output of an open model. */
typedef struct wasmote_tensor
{
    void *data;                     /* its elements, in row-major order; written and read in place */
    uint32_t bytes;                 /* of all of them */
    wasmote_dtype dtype;
    uint32_t rank;
    uint32_t shape[WASMOTE_MOST_DIMENSIONS];
    float scale;                    /* of a quantized tensor: real = scale * (element - zeroPoint); else 0 */
    int32_t zeroPoint;
    bool halvesToEven;              /* how a real between two elements becomes one: to the even one, else away from zero */
    const char *name;               /* as in the model, without a zero byte at its end */
    uint32_t nameLength;
    const uint8_t *entry;           /* of the model's manifest: the library's own */
    uint32_t entryBytes;
} wasmote_tensor;

/* What a model is and takes; known before it is opened. */
typedef struct wasmote_needs
{
    uint32_t linearBytes;           /* of memory for tensors and state */
    uint32_t memoryBytes;           /* of memory that surely is enough; less may be (`wasmote export` tells the least) */
    uint32_t steps;                 /* of a run */
    uint32_t inputs, outputs;       /* how many */
    const char *name;               /* without a zero byte at its end */
    uint32_t nameLength;
} wasmote_needs;

/* How a guarded call ended. */
typedef enum wasmote_ending
{
    WASMOTE_RETURNED, WASMOTE_GAVE_UP, WASMOTE_FAULT
} wasmote_ending;

/*
 * What may be asked for, and what the library may be given by its surroundings. All of it is optional: 0 and NULL stand
 * for what is said. It is read as long as the model is open.
 */
typedef struct wasmote_options
{
    /* Whether to leave the accelerators alone: the same bytes come out, later. */
    bool portable;

    /*
     * Most firmware leaves it 0. Of the memory, what may be taken besides linear memory (wasmote_needs.linearBytes): above all
     * by compiled kernels. Where one more would take it beyond that and a 64th of linear memory, those that the running one does not
     * call are dropped, and compiled again when they are called: slower, in less memory. The largest stay, as long as there is room
     * for each of the others. 0: all that was given to wasmote_open.
     */
    uint32_t overheadBytes;

    /*
     * Whether the kernels that a run may call are compiled when the model is opened, as far as there is memory: for who runs it time
     * and again, and must not wait in the first runs. Else each is compiled when it is first called.
     */
    bool ahead;

    /* Of the stack, what a call may take, counted from where it is made. 0: 2912 (4096 on Armv6-M, 61440 with 64 bits). */
    uint32_t stackBytes;

    /* The lowest address of the stack, where that is known better. NULL: told from stackBytes. */
    const void *stackStart;

    /* A counter that goes up: of time, or cycles. NULL: there are no limits. */
    uint64_t (*counter)(void);

    /*
     * How far the counter may go up while a model's functions run: when it is opened, is reset, or runs without a limit of its
     * own. 0: for ever. What the library does itself, reading and compiling a file, is bounded by the file's length alone.
     */
    uint64_t limit;

    /*
     * Calls function(argument), and gives up on it once the counter has gone up by `limit` (UINT64_MAX: never) or the
     * processor faults. NULL: the library calls it, and looks at the counter itself where loops turn and functions are called.
     */
    wasmote_ending (*guardedCall)(void (*function)(void *), void *argument, uint64_t limit);

    /*
     * Most firmware leaves it NULL, and gives stackBytes instead. For who has little stack: a function of yours, in assembly
     * language, that sets the stack pointer to stackEnd (a multiple of 16, the stack grows down from there), calls
     * function(argument), sets the stack pointer back and returns. With it, kernels whose compilation nests deeper than
     * stackBytes allow are compiled on a stack within the model's memory. NULL: they are refused with WASMOTE_STACK, until
     * stackBytes are more.
     */
    void (*callOnStack)(void (*function)(void *), void *argument, void *stackEnd);
} wasmote_options;

/* The version of this library, as "1.2.3". */
const char *wasmote_version(void);

/* What a status says, in a few words. */
const char *wasmote_status_text(wasmote_status status);

/*
 * Tells what a model is and takes, from its file alone. Of that it looks at the manifest and at where the code lies: not at the
 * code, nor at whether the weights are all there, so that wasmote_open may refuse the file yet.
 *
 * WASMOTE_BAD_MODEL, WASMOTE_WRONG_VERSION; then nothing is told.
 */
wasmote_status wasmote_needs_of(const void *file, size_t fileBytes, wasmote_needs *needs);

/*
 * Opens a model in `bytes` of memory, best aligned to 8. The file is read in place as long as the model is open; it is to be
 * aligned to 4 (16 is best). The state of the model is what it begins with, its inputs are zeros. Takes as long as compiling
 * its kernels, some 10^6 instructions. On an error *model is NULL. Nothing in the file is believed, its code is validated;
 * but in a build with WASMOTE_VALIDATES 0 the code is, which then must come from who built it.
 *
 * WASMOTE_BAD_ARGUMENT, WASMOTE_BAD_MODEL, WASMOTE_WRONG_VERSION, WASMOTE_MEMORY, WASMOTE_STACK, WASMOTE_LIMIT.
 * A file that lacks its weights, or whose state cannot be set to what it begins with, is WASMOTE_BAD_MODEL, too.
 */
wasmote_status wasmote_open(wasmote **model, void *memory, size_t bytes, const void *file, size_t fileBytes,
                            const wasmote_options *options);

/*
 * Input or output `index`, from 0 on. What it points to is valid until the model is closed, or a call ends with WASMOTE_TRAP or
 * WASMOTE_LIMIT. An output holds its values until the next run: it may share memory with inputs.
 *
 * WASMOTE_CLOSED, WASMOTE_BAD_ARGUMENT.
 */
wasmote_status wasmote_input(wasmote *model, uint32_t index, wasmote_tensor *tensor);
wasmote_status wasmote_output(wasmote *model, uint32_t index, wasmote_tensor *tensor);

/*
 * The label of class `index` along the last axis, without a zero byte at its end, and its length in bytes; NULL where there
 * is none.
 */
const char *wasmote_label(const wasmote_tensor *tensor, uint32_t index, uint32_t *length);

/*
 * Writes the first `count` elements from real numbers, or reads them: quantized, rounded and saturated as the tensor asks
 * for, NaN to the least. WASMOTE_BAD_ARGUMENT: there are fewer elements, or they have 64 bits.
 */
wasmote_status wasmote_write_reals(const wasmote_tensor *tensor, const float *values, uint32_t count);
wasmote_status wasmote_read_reals(const wasmote_tensor *tensor, float *values, uint32_t count);

/* Runs a model, from its inputs to its outputs. As wasmote_run_steps. */
wasmote_status wasmote_run(wasmote *model);

/*
 * Runs the steps first..last-1: all of them in turn, in as many calls as one likes, are a run. Gives up once the counter has
 * gone up by `limit`; 0 is that of the options. After WASMOTE_TRAP and WASMOTE_LIMIT the model has been opened anew: what was
 * in linear memory, inputs and state, is lost.
 *
 * WASMOTE_CLOSED, WASMOTE_BAD_ARGUMENT, WASMOTE_TRAP, WASMOTE_LIMIT; WASMOTE_MEMORY where a kernel cannot be compiled in what
 * is left of the memory.
 */
wasmote_status wasmote_run_steps(wasmote *model, uint32_t first, uint32_t last, uint64_t limit);

/* Whether a model keeps state from run to run. */
bool wasmote_keeps_state(const wasmote *model);

/*
 * Sets the state that the model keeps to what it begins with; there may be none. WASMOTE_CLOSED; WASMOTE_TRAP,
 * WASMOTE_LIMIT, WASMOTE_MEMORY: the model is closed.
 */
wasmote_status wasmote_reset(wasmote *model);

/* The most of its memory that the model took until now, in bytes; 0 where it is closed. */
uint32_t wasmote_used_bytes(const wasmote *model);

/*
 * Closes a model; NULL and a closed one are left alone. Its memory may be used for anything then, after which nothing here may
 * be called for the model any more, not even this: what that does is undefined, as with free.
 */
void wasmote_close(wasmote *model);

#ifdef __cplusplus
}
#endif

#endif
