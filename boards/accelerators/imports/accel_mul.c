#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../kernels.h"

enum { axes = 4, mostRightShift = 31, mostLeftShift = 14 };

/* An operand that is walked in rows: what it advances by for each axis, the outermost first, within a row, and all together. */
typedef struct walk
{
    int64_t strides[axes];
    int32_t step;
    uint64_t bytes;             /* 0 where it goes beyond int32, or backwards */
} walk;

/* The steps of the block tell what is added at the end of a loop's body, over what the loop within has added. */
static walk walk_of(const parameters *from, uint32_t counts, uint32_t steps, int32_t length)
{
    walk result = { .step = parameter(from, steps + axes) };
    int64_t within = 0, last = (int64_t) (length - 1) * result.step;
    for (uint32_t axis = axes; axis-- > 0;)
    {
        const int64_t stride = within + parameter(from, steps + axis), count = parameter(from, counts + axis);
        if (stride < 0 || stride > INT32_MAX) return (walk) { .bytes = 0 };
        result.strides[axis] = stride;
        within = stride * count;
        last += stride * (count - 1);
        if (within > INT32_MAX || last > INT32_MAX) return (walk) { .bytes = 0 };
    }
    result.bytes = (uint64_t) last + 1;
    return result;
}

static bool read_mul(const parameters *from, mul_operation *to)
{
    if (!parameters_within(from, mulLength, 1, 1, INT32_MAX) || !parameters_within(from, mulFirstZeroPoint, 2, -128, 127)) return false;
    if (!parameters_within(from, mulMultiplier, 1, 0, INT32_MAX) || !parameters_within(from, mulShift, 1, -mostLeftShift, mostRightShift)) return false;
    if (!parameters_within(from, mulOutputZeroPoint, 1, -128, 127) || !parameters_are_range(from, mulLow)) return false;
    *to = (mul_operation) {
        .length = parameter(from, mulLength),
        .firstZeroPoint = parameter(from, mulFirstZeroPoint),
        .secondZeroPoint = parameter(from, mulSecondZeroPoint),
        .firstStep = 1,
        .secondStep = 1,
        .multiplier = parameter(from, mulMultiplier),
        .shift = parameter(from, mulShift),
        .outputZeroPoint = parameter(from, mulOutputZeroPoint),
        .low = parameter(from, mulLow),
        .high = parameter(from, mulHigh),
    };
    return true;
}

static bool find_operands(const parameters *from, mul_operation *to, uint64_t first, uint64_t second, uint64_t output)
{
    to->first = parameter_memory(from, mulFirst, first);
    to->second = parameter_memory(from, mulSecond, second);
    to->output = parameter_memory(from, mulOutput, output);
    return to->first && to->second && to->output;
}

bool wasmote_accel_mul_s8(parameters *from, uint32_t offset)
{
    mul_operation of;
    if (!parameters_open(from, offset, mulParameters) || !read_mul(from, &of)) return false;
    const uint32_t length = (uint32_t) of.length;
    if (!find_operands(from, &of, length, length, length)) return false;
    wasmote_mul_s8(&of);
    return true;
}

bool wasmote_accel_mul_broadcast_s8(parameters *from, uint32_t offset)
{
    enum { counts = mulParameters + broadcastCount0, firstSteps = mulParameters + broadcastFirstStep0, secondSteps = mulParameters + broadcastSecondStep0 };
    mul_operation of;
    if (!parameters_open(from, offset, mulParameters + broadcastParameters) || !read_mul(from, &of)) return false;
    if (!parameters_within(from, counts, axes, 1, INT32_MAX)) return false;
    if (!parameters_within(from, firstSteps + axes, 1, 0, 1) || !parameters_within(from, secondSteps + axes, 1, 0, 1)) return false;
    const walk first = walk_of(from, counts, firstSteps, of.length), second = walk_of(from, counts, secondSteps, of.length);
    uint64_t rows = 1, outputs = (uint32_t) of.length;
    for (uint32_t axis = 0; axis < axes && outputs <= INT32_MAX; axis++)
    {
        rows *= (uint32_t) parameter(from, counts + axis);
        outputs *= (uint32_t) parameter(from, counts + axis);
    }
    if (first.bytes == 0 || second.bytes == 0 || outputs > INT32_MAX || !find_operands(from, &of, first.bytes, second.bytes, outputs)) return false;

    const int8_t *const firsts = of.first, *const seconds = of.second;
    int32_t at[axes] = { 0 };
    of.firstStep = first.step;
    of.secondStep = second.step;
    for (; rows > 0; rows--, of.output += of.length)
    {
        int64_t a = 0, b = 0;
        for (uint32_t axis = 0; axis < axes; axis++)
        {
            a += at[axis] * first.strides[axis];
            b += at[axis] * second.strides[axis];
        }
        of.first = firsts + a;
        of.second = seconds + b;
        wasmote_mul_s8(&of);
        for (uint32_t axis = axes; axis-- > 0;)
        {
            if (++at[axis] < parameter(from, counts + axis)) break;
            at[axis] = 0;
        }
    }
    return true;
}
