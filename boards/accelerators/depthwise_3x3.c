#include "depthwise.h"

bool wasmote_depthwise_3x3(const window_operation *of)
{
    (void) of;
    return false;
}
