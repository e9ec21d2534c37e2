#include "depthwise_helium.h"
#include "target.h"
bool wasmote_depthwise_has_windows(const window_operation *of) { (void) of; return false; }
void wasmote_depthwise_windows(const window_operation *of, const channel_group *group) { (void) of; (void) group; }
