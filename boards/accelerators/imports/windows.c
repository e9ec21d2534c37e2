#include "windows.h"

bool wasmote_read_window(const parameters *from, window_operation *to)
{
    if (!parameters_within(from, windowBatches, windowPadTop - windowBatches, 1, acceleratorMaxSize)) return false;
    if (!parameters_within(from, windowPadTop, 2, 0, acceleratorMaxSize)) return false;
    if (!parameters_within(from, windowInputZeroPoint, 2, -128, 127) || !parameters_are_range(from, windowLow)) return false;

    to->batches = parameter(from, windowBatches);
    to->inputHeight = parameter(from, windowInputHeight);
    to->inputWidth = parameter(from, windowInputWidth);
    to->inputChannels = parameter(from, windowInputChannels);
    to->outputHeight = parameter(from, windowOutputHeight);
    to->outputWidth = parameter(from, windowOutputWidth);
    to->outputs = parameter(from, windowOutputs);
    to->filterHeight = parameter(from, windowFilterHeight);
    to->filterWidth = parameter(from, windowFilterWidth);
    to->strideHeight = parameter(from, windowStrideHeight);
    to->strideWidth = parameter(from, windowStrideWidth);
    to->dilationHeight = parameter(from, windowDilationHeight);
    to->dilationWidth = parameter(from, windowDilationWidth);
    to->padTop = parameter(from, windowPadTop);
    to->padLeft = parameter(from, windowPadLeft);
    to->inputZeroPoint = parameter(from, windowInputZeroPoint);
    to->outputZeroPoint = parameter(from, windowOutputZeroPoint);
    to->low = parameter(from, windowLow);
    to->high = parameter(from, windowHigh);
    if (!span_fits(to->outputHeight, to->strideHeight, to->filterHeight, to->dilationHeight)) return false;
    if (!span_fits(to->outputWidth, to->strideWidth, to->filterWidth, to->dilationWidth)) return false;

    const uint64_t inputBytes = (uint64_t) to->batches * to->inputHeight * to->inputWidth * to->inputChannels;
    to->input = parameter_memory(from, windowInput, inputBytes);
    to->scratchBytes = (uint32_t) parameter(from, windowScratchBytes);
    to->scratch = parameter_memory(from, windowScratch, to->scratchBytes);
    return to->input && to->scratch && ((uintptr_t) to->scratch & 3) == 0;
}

bool wasmote_read_output(const parameters *from, window_operation *to, uint64_t channels)
{
    const uint64_t positions = (uint64_t) to->batches * to->outputHeight * to->outputWidth;
    if (positions > UINT32_MAX || channels > UINT32_MAX) return false;
    to->output = parameter_memory(from, windowOutput, positions * channels);
    return to->output != NULL;
}
