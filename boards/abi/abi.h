/*
 * The interface of models, host and boards. Generated from host/abi by `npm run build`; not to be edited.
 */
#ifndef WASMOTE_ABI_H
#define WASMOTE_ABI_H

#define WASMOTE_VERSION "0.1.0"

/* Functions of a module whose call graph is worked out, at most. */
enum
{
    callGraphFunctions = 64
};

/* Added to the shift of a sum that is rounded once. */
enum
{
    roundedOnce = 64
};

/* What accelerators take at most: sizes, pixels that windows span, pixels of a pool's window, inputs of one output. */
enum
{
    acceleratorMaxSize = 65535, acceleratorMaxSpan = 1073741824, acceleratorMaxWindow = 8388608,
    acceleratorMaxDepth = 65536
};

/* Bits of a module's global `accelerators`. */
enum
{
    acceleratorConv = 1, acceleratorDepthwise = 2, acceleratorFullyConnected = 4, acceleratorAdd = 8,
    acceleratorAveragePool = 16, acceleratorSoftmax = 32, acceleratorProduct = 64,
    acceleratorDepthwiseProduct = 128, acceleratorStoredConv = 512, acceleratorStoredFullyConnected = 1024,
    acceleratorAveragePoolInt16 = 256, acceleratorSignal = 2048, acceleratorMaxPool = 4096,
    acceleratorLookupTable = 8192, acceleratorMul = 16384, acceleratorMulBroadcast = 32768, acceleratorMean = 65536
};

/* What `accel_signal` is to do: the first parameter of its blocks. */
enum
{
    workNone = 0, workWindow = 1, workFftAutoScale = 2, workRfftInt16 = 3, workEnergy = 4, workFilterBank = 5,
    workSquareRoot = 6, workSpectralSubtraction = 7, workPcan = 8, workFilterBankLog = 9, workFrames = 10,
    workTrigger = 11, workCopyRows = 12, workDequantizeInt8 = 13, workDequantizeInt16 = 14, workQuantizeBytes = 15,
    workCastInt16ToFloat32 = 16, workPowerSpectrum = 17, workMelFilterBank = 18, workMelLogarithms = 19,
    workPowerSpectrumInt16 = 20
};

/* A convolution, depthwise or not: numbers of its parameters. */
enum
{
    windowInput, windowOutput, windowScratch, windowScratchBytes, windowWeights, windowBatches, windowInputHeight,
    windowInputWidth, windowInputChannels, windowOutputHeight, windowOutputWidth, windowOutputs, windowFilterHeight,
    windowFilterWidth, windowStrideHeight, windowStrideWidth, windowDilationHeight, windowDilationWidth,
    windowPadTop, windowPadLeft, windowInputZeroPoint, windowOutputZeroPoint, windowLow, windowHigh,
    windowParameters
};

/* A fully connected layer: numbers of its parameters. */
enum
{
    fullyConnectedInput, fullyConnectedOutput, fullyConnectedScratch, fullyConnectedScratchBytes,
    fullyConnectedWeights, fullyConnectedRows, fullyConnectedInputs, fullyConnectedOutputs,
    fullyConnectedOutputZeroPoint, fullyConnectedLow, fullyConnectedHigh, fullyConnectedParameters
};

/* A sum or difference of tensors of one shape: numbers of its parameters. */
enum
{
    addWide, addNarrow, addOutput, addLength, addWideZeroPoint, addNarrowZeroPoint, addWideSign, addNarrowSign,
    addNarrowMultiplier, addNarrowShift, addMultiplier, addShift, addOutputZeroPoint, addLow, addHigh, addParameters
};

/* A pool over height and width: numbers of its parameters. */
enum
{
    poolInput, poolOutput, poolBatches, poolInputHeight, poolInputWidth, poolOutputHeight, poolOutputWidth,
    poolChannels, poolFilterHeight, poolFilterWidth, poolStrideHeight, poolStrideWidth, poolPadTop, poolPadLeft,
    poolLow, poolHigh, poolParameters
};

/* A softmax over the last axis: numbers of its parameters. */
enum
{
    softmaxInput, softmaxOutput, softmaxScratch, softmaxWeights, softmaxEntries, softmaxRows, softmaxDepth,
    softmaxParameters
};

/* A convolution of any kind, or a product of matrices, in float32 or in integers: numbers of its parameters. */
enum
{
    productInput, productOutput, productScratch, productScratchBytes, productWeights, productBatches,
    productInputHeight, productInputWidth, productInputChannels, productOutputHeight, productOutputWidth,
    productOutputs, productFilterHeight, productFilterWidth, productStrideHeight, productStrideWidth,
    productDilationHeight, productDilationWidth, productPadTop, productPadLeft, productInputZeroPoint,
    productOutputZeroPoint, productLow, productHigh, productLowest, productHighest, productStorage,
    productWeightsZeroPoint, productElementBytes, productLongSums, productParameters
};

/* A convolution whose weights have fewer than 8 bits: numbers of its parameters. */
enum
{
    storedWindowInput, storedWindowOutput, storedWindowScratch, storedWindowScratchBytes, storedWindowWeights,
    storedWindowBatches, storedWindowInputHeight, storedWindowInputWidth, storedWindowInputChannels,
    storedWindowOutputHeight, storedWindowOutputWidth, storedWindowOutputs, storedWindowFilterHeight,
    storedWindowFilterWidth, storedWindowStrideHeight, storedWindowStrideWidth, storedWindowDilationHeight,
    storedWindowDilationWidth, storedWindowPadTop, storedWindowPadLeft, storedWindowInputZeroPoint,
    storedWindowOutputZeroPoint, storedWindowLow, storedWindowHigh, storedWindowChunk, storedWindowLaneChunks,
    storedWindowStorage, storedWindowParameters
};

/* A fully connected layer whose weights have fewer than 8 bits: numbers of its parameters. */
enum
{
    storedFullyConnectedInput, storedFullyConnectedOutput, storedFullyConnectedScratch,
    storedFullyConnectedScratchBytes, storedFullyConnectedWeights, storedFullyConnectedRows,
    storedFullyConnectedInputs, storedFullyConnectedOutputs, storedFullyConnectedOutputZeroPoint,
    storedFullyConnectedLow, storedFullyConnectedHigh, storedFullyConnectedChunk, storedFullyConnectedStorage,
    storedFullyConnectedParameters
};

/* Rows of samples times a window: numbers of its parameters. */
enum
{
    signalWindowWork, signalWindowInput, signalWindowOutput, signalWindowScratch, signalWindowWeights,
    signalWindowRows, signalWindowLength, signalWindowShift, signalWindowParameters
};

/* Samples scaled up to 16 bits: numbers of its parameters. */
enum
{
    fftAutoScaleWork, fftAutoScaleInput, fftAutoScaleOutput, fftAutoScaleScaleBits, fftAutoScaleElements,
    fftAutoScaleParameters
};

/* Fourier transforms of real samples, or back: numbers of its parameters. */
enum
{
    realFftWork, realFftInput, realFftOutput, realFftScratch, realFftWeights, realFftRows, realFftLength,
    realFftPoints, realFftRadices, realFftParameters
};

/* Squared magnitudes of a spectrum: numbers of its parameters. */
enum
{
    energyWork, energyInput, energyOutput, energyElements, energyStart, energyEnd, energyParameters
};

/* Weighted sums over bands of a spectrum: numbers of its parameters. */
enum
{
    filterBankWork, filterBankInput, filterBankOutput, filterBankScratch, filterBankWeights, filterBankChannels,
    filterBankParameters
};

/* Square roots of 64 bits: numbers of its parameters. */
enum
{
    squareRootWork, squareRootInput, squareRootScaleBits, squareRootOutput, squareRootElements, squareRootParameters
};

/* Channels without the noise that is estimated in them: numbers of its parameters. */
enum
{
    spectralSubtractionWork, spectralSubtractionInput, spectralSubtractionOutput, spectralSubtractionNoise,
    spectralSubtractionEstimate, spectralSubtractionChannels, spectralSubtractionSmoothing,
    spectralSubtractionOneMinusSmoothing, spectralSubtractionAlternateSmoothing,
    spectralSubtractionAlternateOneMinusSmoothing, spectralSubtractionSmoothingBits, spectralSubtractionBits,
    spectralSubtractionMinSignalRemaining, spectralSubtractionClamping, spectralSubtractionParameters
};

/* Gain control by channel: numbers of its parameters. */
enum
{
    pcanWork, pcanInput, pcanNoise, pcanOutput, pcanScratch, pcanWeights, pcanElements, pcanTableBytes, pcanShift,
    pcanParameters
};

/* Natural logarithms, scaled: numbers of its parameters. */
enum
{
    filterBankLogWork, filterBankLogInput, filterBankLogOutput, filterBankLogScratch, filterBankLogWeights,
    filterBankLogElements, filterBankLogScale, filterBankLogCorrectionBits, filterBankLogParameters
};

/* Frames of a stream that comes in pieces: numbers of its parameters. */
enum
{
    framesWork, framesInput, framesOutput, framesValid, framesHistory, framesCountdown, framesRows, framesHops,
    framesHopBytes, framesHistoryBytes, framesFrameBytes, framesEvery, framesParameters
};

/* Events of scores that pass levels: numbers of its parameters. */
enum
{
    triggerWork, triggerScores, triggerEvents, triggerActive, triggerLevels, triggerState, triggerScratch,
    triggerWeights, triggerCount, triggerClasses, triggerHighest, triggerTogether, triggerParameters
};

/* Rows of a tensor to their places in another: numbers of its parameters. */
enum
{
    copyRowsWork, copyRowsInput, copyRowsOutput, copyRowsRows, copyRowsBytes, copyRowsStride, copyRowsParameters
};

/* Integers to float32: numbers of its parameters. */
enum
{
    dequantizeWork, dequantizeInput, dequantizeOutput, dequantizeElements, dequantizeScale, dequantizeZeroPoint,
    dequantizeParameters
};

/* float32 to integers: numbers of its parameters. */
enum
{
    quantizeWork, quantizeInput, quantizeOutput, quantizeElements, quantizeScale, quantizeZeroPoint, quantizeLow,
    quantizeHigh, quantizeParameters
};

/* Elements of one type to another: numbers of its parameters. */
enum
{
    castWork, castInput, castOutput, castElements, castFrom, castTo, castParameters
};

/* Power of spectra of real samples: numbers of its parameters. */
enum
{
    powerSpectrumWork, powerSpectrumInput, powerSpectrumOutput, powerSpectrumScratch, powerSpectrumWeights,
    powerSpectrumWindow, powerSpectrumWindowed, powerSpectrumRows, powerSpectrumLength, powerSpectrumPoints,
    powerSpectrumRadices, powerSpectrumMagnitude, powerSpectrumScale, powerSpectrumStart, powerSpectrumEnd,
    powerSpectrumParameters
};

/* Weighted sums over bands of spectra of float32: numbers of its parameters. */
enum
{
    melFilterBankWork, melFilterBankInput, melFilterBankOutput, melFilterBankScratch, melFilterBankWeights,
    melFilterBankRows, melFilterBankBins, melFilterBankChannels, melFilterBankFloor, melFilterBankAdds,
    melFilterBankParameters
};

/* A function of one byte, by its table: numbers of its parameters. */
enum
{
    lookupTableInput, lookupTableOutput, lookupTableScratch, lookupTableWeights, lookupTableElements,
    lookupTableParameters
};

/* A product of tensors of one shape: numbers of its parameters. */
enum
{
    mulFirst, mulSecond, mulOutput, mulLength, mulFirstZeroPoint, mulSecondZeroPoint, mulMultiplier, mulShift,
    mulOutputZeroPoint, mulLow, mulHigh, mulParameters
};

/* What follows the block of an elementwise kernel where operands are broadcast: rows of `length` elements in four loops: numbers of its parameters. */
enum
{
    broadcastCount0, broadcastCount1, broadcastCount2, broadcastCount3, broadcastFirstStep0, broadcastFirstStep1,
    broadcastFirstStep2, broadcastFirstStep3, broadcastFirstStep, broadcastSecondStep0, broadcastSecondStep1,
    broadcastSecondStep2, broadcastSecondStep3, broadcastSecondStep, broadcastParameters
};

/* A mean over one or two groups of neighbouring axes: numbers of its parameters. */
enum
{
    meanInput, meanOutput, meanMultiplier, meanKept0, meanReduced0, meanKept1, meanReduced1, meanKept2, meanOffset,
    meanShift, meanZeroPoint, meanParameters
};

/* What a model's run returns. */
enum
{
    runDone = 0, runInvalidSteps = 1
};

/* Errors of inference and of uploads (docs/link.md). */
typedef enum model_error
{
    modelOk = 0,
    modelUnknown = 1,
    modelNoModel = 2,
    modelBadRequest = 3,
    modelBadModel = 4,
    modelAbi = 5,
    modelMemory = 6,
    modelFlash = 7,
    modelHash = 8,
    modelTrap = 9,
    modelLimit = 10,
    modelBusy = 11,
    modelUntrusted = 12,
    modelOlder = 13,
    modelLocked = 14,
    modelSelfTest = 15,
    modelNoBase = 16,
    modelBadPatch = 17,
    modelSealed = 18,
} model_error;

#endif
