#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../kernels.h"

enum { axes = 4, mostRightShift = 31, mostLeftShift = 14 };

/* An operand that is walked in rows: what it advances by for each axis, the outermost first, and within a row. */
typedef struct walk
{
    uint32_t strides[axes];
    int32_t step;
} walk;

/*
 * Finds out how an operand is walked, of which the block has what is added at the end of each loop's body, over what the loop within has
 * added. The bytes that it reads; 0 where it goes backwards, or beyond int32.
 */
static uint32_t read_walk(const parameters *from, uint32_t counts, uint32_t steps, int32_t length, walk *to)
{
    to->step = parameter(from, steps + axes);
    uint64_t last = to->step ? (uint32_t) (length - 1) : 0;
    int64_t within = 0;
    for (uint32_t axis = axes; axis-- > 0;)
    {
        const int64_t stride = within + parameter(from, steps + axis);
        if (stride < 0 || stride > INT32_MAX) return 0;
        to->strides[axis] = (uint32_t) stride;
        const uint32_t count = (uint32_t) parameter(from, counts + axis);
        last += (uint64_t) stride * (count - 1);
        within = stride * count;
        if (within > INT32_MAX || last >= INT32_MAX) return 0;
    }
    return (uint32_t) last + 1;
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

static bool find_operands(const parameters *from, mul_operation *to, uint32_t first, uint32_t second, uint32_t output)
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

/* Where an operand's row of that place begins. */
static uint32_t row_at(const walk *of, const uint32_t at[axes])
{
    uint32_t offset = 0;
    for (uint32_t axis = 0; axis < axes; axis++) offset += at[axis] * of->strides[axis];
    return offset;
}

bool wasmote_accel_mul_broadcast_s8(parameters *from, uint32_t offset)
{
    enum { counts = mulParameters + broadcastCount0, firstSteps = mulParameters + broadcastFirstStep0, secondSteps = mulParameters + broadcastSecondStep0 };
    mul_operation of;
    walk first, second;
    if (!parameters_open(from, offset, mulParameters + broadcastParameters) || !read_mul(from, &of)) return false;
    if (!parameters_within(from, counts, axes, 1, INT32_MAX)) return false;
    if (!parameters_within(from, firstSteps + axes, 1, 0, 1) || !parameters_within(from, secondSteps + axes, 1, 0, 1)) return false;
    uint64_t outputs = (uint32_t) of.length;
    for (uint32_t axis = 0; axis < axes && outputs <= INT32_MAX; axis++) outputs *= (uint32_t) parameter(from, counts + axis);
    const uint32_t firstBytes = read_walk(from, counts, firstSteps, of.length, &first);
    const uint32_t secondBytes = read_walk(from, counts, secondSteps, of.length, &second);
    if (outputs > INT32_MAX || firstBytes == 0 || secondBytes == 0) return false;
    if (!find_operands(from, &of, firstBytes, secondBytes, (uint32_t) outputs)) return false;
    of.firstStep = first.step;
    of.secondStep = second.step;
    const int8_t *const firsts = of.first, *const seconds = of.second;
    const uint32_t *const most = (const uint32_t *) from->block + counts;
    uint32_t at[axes];
    for (at[0] = 0; at[0] < most[0]; at[0]++)
        for (at[1] = 0; at[1] < most[1]; at[1]++)
            for (at[2] = 0; at[2] < most[2]; at[2]++)
                for (at[3] = 0; at[3] < most[3]; at[3]++, of.output += of.length)
                {
                    of.first = firsts + row_at(&first, at);
                    of.second = seconds + row_at(&second, at);
                    wasmote_mul_s8(&of);
                }
    return true;
}
