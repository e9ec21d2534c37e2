#include "choice.h"

#include "accelerator_imports.h"

#define M3_COMPILE_OPCODES
#include "m3_compile.h"

enum { opcodeAnd = 0x71, typeNone = 0x40 };

static bool is_accelerators(IM3Module module, uint32_t index)
{
    const M3Global *global = m3_FindGlobal(module, WASMOTE_ACCELERATOR_GLOBAL);
    return global && index < module->numGlobals && global == &module->globals[index] && global->type == c_m3Type_i32;
}

static bool skip_byte(const uint8_t **at, const uint8_t *end, uint8_t expected)
{
    return *at < end && *(*at)++ == expected;
}

/* Goes to the `else` or `end` of an arm, past its instructions. False where there are others than an arm has. */
static bool skip_arm(const uint8_t **at, const uint8_t *end)
{
    uint32_t index;
    int32_t constant;
    for (;; )
    {
        if (*at >= end) return false;
        const uint8_t opcode = **at;
        if (opcode == c_waOp_else || opcode == c_waOp_end) return true;
        ++*at;
        if (opcode == c_waOp_i32_const ? ReadLEB_i32(&constant, at, end)
            : opcode == c_waOp_getLocal || opcode == c_waOp_call ? ReadLEB_u32(&index, at, end) : m3Err_unknownOpcode) return false;
    }
}

bool choice_find(IM3Module module, const uint8_t *at, const uint8_t *end, choice *found)
{
    uint32_t index;
    int32_t bit;
    if (ReadLEB_u32(&index, &at, end) || !is_accelerators(module, index)) return false;
    if (!skip_byte(&at, end, c_waOp_i32_const) || ReadLEB_i32(&bit, &at, end)) return false;
    if (!skip_byte(&at, end, opcodeAnd) || !skip_byte(&at, end, c_waOp_if) || !skip_byte(&at, end, typeNone)) return false;

    const bool isTaken = module->globals[index].i32Value & bit;
    choice of = { .arm = at };
    if (!skip_arm(&at, end)) return false;
    of.armEnd = at;
    if (*at == c_waOp_else)
    {
        ++at;
        if (!isTaken) of.arm = at;
        if (!skip_arm(&at, end) || *at != c_waOp_end) return false;
        if (!isTaken) of.armEnd = at;
    }
    else if (!isTaken) of.arm = at;
    of.behind = at + 1;
    *found = of;
    return true;
}
