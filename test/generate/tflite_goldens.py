"""Writes small TFLite models, inputs, and the outputs that TensorFlow Lite Micro's reference kernels give.

usage: tflite_goldens.py FOLDER

For each model NAME.tflite, NAME.input<i>.bin and NAME.output<i>.bin: raw little-endian tensors of `STEPS` runs, one after
another. See README.md.
"""

import sys
import zlib
from pathlib import Path

import flatbuffers
import numpy as np
from tflite_micro.python.tflite_micro import runtime
from tflite_micro.tensorflow.lite.python import schema_py_generated as schema

STEPS = 4
TYPES = {"float32": "FLOAT32", "int32": "INT32", "int8": "INT8", "uint8": "UINT8"}
ACTIVATIONS = schema.ActivationFunctionType
SAME, VALID = schema.Padding.SAME, schema.Padding.VALID

models = []


def model(write):
    """Makes a function that writes a model one of those that are made, under its name."""
    models.append(write)
    return write


class Model:
    """A model with one subgraph, tensor by tensor and node by node."""

    def __init__(self, name):
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.tensors, self.nodes, self.codes = [], [], []
        self.buffers = [schema.BufferT()]
        self.inputs, self.outputs, self.ends = [], [], {}
        self.old_codes = self.new_codes = True

    def tensor(self, shape, scale=None, zero=0, dtype="int8", axis=0, data=None):
        """Adds a tensor; one of constants with data, with a scale for each channel where there are several."""
        made = schema.TensorT()
        made.name = f"t{len(self.tensors)}"
        made.shape = list(shape)
        made.type = getattr(schema.TensorType, TYPES[dtype])
        made.buffer = 0
        if scale is not None:
            scales = np.atleast_1d(np.float32(scale))
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale = list(scales)
            made.quantization.zeroPoint = [zero] * len(scales)
            made.quantization.quantizedDimension = axis
        if data is not None:
            made.buffer = len(self.buffers)
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data, dtype=dtype).tobytes(), np.uint8)
            self.buffers.append(buffer)
        self.tensors.append(made)
        return len(self.tensors) - 1

    def input(self, shape, scale=None, zero=0, dtype="int8"):
        index = self.tensor(shape, scale, zero, dtype)
        self.inputs.append(index)
        self.ends[index] = (tuple(shape), dtype, zero)
        return index

    def weights(self, shape, scale, axis=0):
        return self.tensor(shape, scale, axis=axis, data=self.random.integers(-127, 128, shape))

    def bias(self, count, scale, size=2000):
        return self.tensor([count], scale, dtype="int32", data=self.random.integers(-size, size + 1, count))

    def numbers(self, values):
        return self.tensor(np.shape(values), dtype="int32", data=np.int32(values))

    def node(self, builtin, inputs, outputs, version=1, **options):
        """Adds a node; options are fields of its options table, whose name is in `table` where it is not its own."""
        code = schema.OperatorCodeT()
        number = getattr(schema.BuiltinOperator, builtin)
        code.deprecatedBuiltinCode = min(number, 127) if self.old_codes else 0
        code.builtinCode = number if self.new_codes else 0
        code.version = version
        found = [i for i, c in enumerate(self.codes) if (c.builtinCode, c.deprecatedBuiltinCode, c.version) == (
            code.builtinCode, code.deprecatedBuiltinCode, version)]
        made = schema.OperatorT()
        made.opcodeIndex = found[0] if found else len(self.codes)
        if not found:
            self.codes.append(code)
        made.inputs, made.outputs = list(inputs), list(outputs)
        table = options.pop("table", None)
        if table is not None:
            made.builtinOptionsType = getattr(schema.BuiltinOptions, table)
            made.builtinOptions = getattr(schema, f"{table}T")()
            for field, value in options.items():
                if not hasattr(made.builtinOptions, field):
                    raise AttributeError(f"{table} has no {field}")
                setattr(made.builtinOptions, field, value)
        self.nodes.append(made)
        return outputs[0]

    def pack(self):
        graph = schema.SubGraphT()
        graph.name = "main"
        graph.tensors, graph.operators = self.tensors, self.nodes
        graph.inputs, graph.outputs = self.inputs, self.outputs
        packed = schema.ModelT()
        packed.version = 3
        packed.description = "made for tests"
        packed.operatorCodes, packed.subgraphs, packed.buffers = self.codes, [graph], self.buffers
        builder = flatbuffers.Builder(1024)
        builder.Finish(packed.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def draw(self, step, index):
        """An input: noise, extremes and zero points, a narrow bell, a ramp."""
        shape, dtype, zero = self.ends[index]
        if dtype == "float32":
            return np.float32(self.random.normal(0, (3, 0, 0.1, 100)[step], shape))
        low, high = (0, 255) if dtype == "uint8" else (-128, 127)
        count = int(np.prod(shape))
        values = (
            self.random.integers(low, high + 1, count),
            self.random.choice([low, zero, high], count),
            np.clip(np.round(self.random.normal(zero, 6, count)), low, high),
            np.resize(np.arange(low, high + 1), count),
        )[step]
        return values.reshape(shape).astype(dtype)

    # Operators of which several models have some.

    def convolution(self, x, shape, out, scale, bias=True, depthwise=False, **options):
        """A convolution with filters of `shape`; `out` is (shape, scale, zero point)."""
        channels = shape[3] if depthwise else shape[0]
        axis = 3 if depthwise else 0
        weights = self.weights(shape, scale, axis)
        inputs = [x, weights, self.bias(channels, np.float32(scale) * np.float32(0.02)) if bias else -1]
        y = self.tensor(*out)
        defaults = dict(strideW=1, strideH=1, padding=VALID)
        if depthwise:
            given = {**defaults, "depthMultiplier": channels // self.tensors[x].shape[3], **options}
            return self.node("DEPTHWISE_CONV_2D", inputs, [y], 3, table="DepthwiseConv2DOptions", **given)
        return self.node("CONV_2D", inputs, [y], 3, table="Conv2DOptions", **{**defaults, **options})

    def fully_connected(self, x, outputs, inputs, out, scale=0.01, bias=True, **options):
        weights = self.weights([outputs, inputs], scale)
        given = [x, weights, self.bias(outputs, np.float32(scale) * np.float32(0.02)) if bias else -1]
        return self.node("FULLY_CONNECTED", given, [self.tensor(*out)], 4, table="FullyConnectedOptions", **options)

    def pool(self, builtin, x, out, **options):
        _, scale, zero = self.scale_of(x)
        return self.node(builtin, [x], [self.tensor(out, scale, zero)], 2, table="Pool2DOptions", **options)

    def scale_of(self, index):
        quantization = self.tensors[index].quantization
        return index, quantization.scale[0], quantization.zeroPoint[0]


def channels(random, count, low=0.002, high=0.02):
    return np.float32(random.uniform(low, high, count))


@model
def conv_strides(m):
    """Strides that differ, VALID, rectified, a scale a channel, only the new field of operator codes."""
    m.old_codes = False
    x = m.input([1, 7, 9, 3], 0.02, -7)
    y = m.convolution(x, [5, 3, 2, 3], ([1, 3, 8, 5], 0.03, -100), channels(m.random, 5),
                      strideH=2, strideW=1, fusedActivationFunction=ACTIVATIONS.RELU)
    m.outputs = [y]


@model
def conv_dilated(m):
    """Dilations that differ, SAME, up to 6, one scale for all weights, only the old field of operator codes."""
    m.new_codes = False
    x = m.input([1, 9, 8, 2], 0.02, 11)
    y = m.convolution(x, [3, 3, 2, 2], ([1, 9, 8, 3], 0.025, -128), 0.01, padding=SAME,
                      dilationHFactor=2, dilationWFactor=3, fusedActivationFunction=ACTIVATIONS.RELU6)
    m.outputs = [y]


@model
def conv_even(m):
    """SAME with an even filter and strides, so that the odd pixel of padding is at the end; from -1 to 1; two batches."""
    x = m.input([2, 6, 7, 2], 0.02, 0)
    y = m.convolution(x, [4, 2, 4, 2], ([2, 3, 3, 4], 0.01, 5), channels(m.random, 4), padding=SAME,
                      strideH=2, strideW=3, fusedActivationFunction=ACTIVATIONS.RELU_N1_TO_1)
    m.outputs = [y]


@model
def conv_pointwise(m):
    """1x1 over many channels, without bias, without activation, factors on both sides of 1/2."""
    x = m.input([1, 3, 5, 70], 0.5, 3)
    y = m.convolution(x, [6, 1, 1, 70], ([1, 3, 5, 6], 0.3, -3), channels(m.random, 6, 0.3, 0.9), bias=False)
    m.outputs = [y]


@model
def depthwise_3x3(m):
    """One output a channel, 3x3, SAME, stride 1."""
    x = m.input([1, 6, 5, 9], 0.02, -128)
    y = m.convolution(x, [1, 3, 3, 9], ([1, 6, 5, 9], 0.03, -128), channels(m.random, 9), depthwise=True,
                      padding=SAME, fusedActivationFunction=ACTIVATIONS.RELU)
    m.outputs = [y]


@model
def depthwise_multiplied(m):
    """Three outputs a channel, VALID, strides of 1 and 2."""
    x = m.input([1, 5, 7, 2], 0.02, 20)
    y = m.convolution(x, [1, 2, 3, 6], ([1, 4, 3, 6], 0.02, 0), channels(m.random, 6), depthwise=True,
                      strideH=1, strideW=2)
    m.outputs = [y]


@model
def depthwise_dilated(m):
    """Dilations that differ, SAME, one scale for all weights."""
    x = m.input([1, 9, 9, 4], 0.02, -1)
    y = m.convolution(x, [1, 3, 3, 4], ([1, 9, 9, 4], 0.04, -30), 0.01, depthwise=True, padding=SAME,
                      dilationHFactor=3, dilationWFactor=2, fusedActivationFunction=ACTIVATIONS.RELU6)
    m.outputs = [y]


@model
def depthwise_one_channel(m):
    """Several outputs of one channel, strides of 2, an uneven filter."""
    x = m.input([1, 10, 8, 1], 0.02, 5)
    y = m.convolution(x, [1, 4, 3, 5], ([1, 5, 4, 5], 0.02, -10), channels(m.random, 5), depthwise=True,
                      padding=SAME, strideH=2, strideW=2)
    m.outputs = [y]


@model
def dense_keeps_axes(m):
    """Fully connected along the last of three axes, which are kept."""
    x = m.input([2, 3, 8], 0.02, 9)
    m.outputs = [m.fully_connected(x, 5, 8, ([2, 3, 5], 0.02, 1), keepNumDims=True)]


@model
def dense_joins_axes(m):
    """Fully connected over all axes but the rows, without bias, up to 6."""
    x = m.input([2, 3, 4], 0.02, -9)
    y = m.fully_connected(x, 3, 12, ([2, 3], 0.025, -128), bias=False, fusedActivationFunction=ACTIVATIONS.RELU6)
    m.outputs = [y]


@model
def pools(m):
    """Average and maximum, SAME and VALID, sizes and strides that differ, two of them rectified."""
    x = m.input([1, 8, 9, 5], 0.05, -20)
    a = m.pool("AVERAGE_POOL_2D", x, [1, 4, 9, 5], padding=SAME, strideH=2, strideW=1, filterHeight=3, filterWidth=2,
               fusedActivationFunction=ACTIVATIONS.RELU)
    b = m.pool("AVERAGE_POOL_2D", x, [1, 7, 3, 5], padding=VALID, strideH=1, strideW=3, filterHeight=2, filterWidth=3)
    c = m.pool("MAX_POOL_2D", x, [1, 4, 9, 5], padding=SAME, strideH=2, strideW=1, filterHeight=3, filterWidth=4)
    d = m.pool("MAX_POOL_2D", x, [1, 3, 4, 5], padding=VALID, strideH=2, strideW=2, filterHeight=4, filterWidth=2,
               fusedActivationFunction=ACTIVATIONS.RELU6)
    m.outputs = [d, a, c, b]


@model
def sums(m):
    """Sums and differences of tensors of one shape, of several, and with constants on either side."""
    x, y = m.input([1, 4, 3, 5], 0.04, 7), m.input([1, 4, 3, 5], 0.11, -30)
    row = m.input([5], 0.02, 100)
    constant = m.tensor([1, 1, 3, 1], 0.06, 4, data=m.random.integers(-128, 128, [1, 1, 3, 1]))
    a = m.node("ADD", [x, y], [m.tensor([1, 4, 3, 5], 0.1, -5)], 2, table="AddOptions",
               fusedActivationFunction=ACTIVATIONS.RELU)
    b = m.node("SUB", [y, row], [m.tensor([1, 4, 3, 5], 0.13, 0)], 2, table="SubOptions")
    c = m.node("SUB", [constant, x], [m.tensor([1, 4, 3, 5], 0.05, -3)], 2, table="SubOptions",
               fusedActivationFunction=ACTIVATIONS.RELU6)
    d = m.node("ADD", [row, constant], [m.tensor([1, 1, 3, 5], 0.07, 3)], 2, table="AddOptions")
    m.outputs = [a, b, c, d]


@model
def products(m):
    """Products of tensors of one shape, of several, and with a constant."""
    x, y = m.input([2, 3, 4], 0.04, 7), m.input([2, 3, 4], 0.03, -30)
    column = m.input([3, 1], 0.02, 1)
    constant = m.tensor([4], 0.05, 0, data=[127, -128, 3, 0])
    a = m.node("MUL", [x, y], [m.tensor([2, 3, 4], 0.08, 10)], 2, table="MulOptions")
    b = m.node("MUL", [column, x], [m.tensor([2, 3, 4], 0.03, -128)], 2, table="MulOptions",
               fusedActivationFunction=ACTIVATIONS.RELU6)
    c = m.node("MUL", [y, constant], [m.tensor([2, 3, 4], 0.1, 0)], 2, table="MulOptions")
    m.outputs = [c, b, a]


@model
def curves(m):
    """Functions of single numbers, and a softmax with a factor."""
    x = m.input([1, 128], 0.05, 10)
    same = (0.05, 10)
    m.outputs = [
        m.node("LOGISTIC", [x], [m.tensor([1, 128], 1 / 256, -128)], 2),
        m.node("TANH", [x], [m.tensor([1, 128], 1 / 128, 0)], 2),
        m.node("HARD_SWISH", [x], [m.tensor([1, 128], 0.04, -100)], table="HardSwishOptions"),
        m.node("LEAKY_RELU", [x], [m.tensor([1, 128], 0.045, -50)], 2, table="LeakyReluOptions", alpha=0.2),
        m.node("LEAKY_RELU", [x], [m.tensor([1, 128], 0.06, -90)], 2, table="LeakyReluOptions", alpha=-0.3),
        m.node("RELU", [x], [m.tensor([1, 128], 0.03, -120)], 2),
        m.node("RELU6", [x], [m.tensor([1, 128], *same)], 2),
        m.node("RELU", [x], [m.tensor([1, 128], *same)], 2),
        m.node("SOFTMAX", [x], [m.tensor([1, 128], 1 / 256, -128)], 2, table="SoftmaxOptions", beta=0.7),
    ]


@model
def softmax_rows(m):
    """Softmax over the last of three axes."""
    x = m.input([2, 3, 7], 0.2, -4)
    m.outputs = [m.node("SOFTMAX", [x], [m.tensor([2, 3, 7], 1 / 256, -128)], 2, table="SoftmaxOptions", beta=1.0)]


@model
def means(m):
    """Means over height and width with the axes kept, and over the last axis without it."""
    x = m.input([1, 5, 6, 7], 0.04, 13)
    a = m.node("MEAN", [x, m.numbers([1, 2])], [m.tensor([1, 1, 1, 7], 0.03, -4)], 2, table="ReducerOptions", keepDims=True)
    b = m.node("MEAN", [x, m.numbers([-1])], [m.tensor([1, 5, 6], 0.05, 0)], 2, table="ReducerOptions", keepDims=False)
    c = m.node("MEAN", [x, m.numbers([2, 1])], [m.tensor([1, 7], 0.04, 13)], 2, table="ReducerOptions", keepDims=False)
    m.outputs = [a, b, c]


@model
def shapes(m):
    """Reshapes by a constant and by options alone, an axis taken out, an axis put in."""
    x = m.input([1, 4, 1, 6], 0.1, 2)
    q = (0.1, 2)
    a = m.node("RESHAPE", [x, m.numbers([2, -1])], [m.tensor([2, 12], *q)], table="ReshapeOptions", newShape=[2, 12])
    b = m.node("RESHAPE", [x], [m.tensor([3, 8], *q)], table="ReshapeOptions", newShape=[3, -1])
    c = m.node("SQUEEZE", [x], [m.tensor([1, 4, 6], *q)], table="SqueezeOptions", squeezeDims=[2])
    d = m.node("EXPAND_DIMS", [x, m.numbers([1])], [m.tensor([1, 1, 4, 1, 6], *q)], table="ExpandDimsOptions")
    m.outputs = [a, b, c, d]


@model
def concatenations(m):
    """Along the second axis of three, and along the last with a constant between."""
    q = (0.1, 2)
    x, y = m.input([2, 3, 4], *q), m.input([2, 1, 4], *q)
    constant = m.tensor([2, 3, 2], *q, data=m.random.integers(-128, 128, [2, 3, 2]))
    a = m.node("CONCATENATION", [x, y, x], [m.tensor([2, 7, 4], *q)], 2, table="ConcatenationOptions", axis=1)
    b = m.node("CONCATENATION", [x, constant], [m.tensor([2, 3, 6], *q)], 2, table="ConcatenationOptions", axis=-1)
    m.outputs = [a, b]


@model
def paddings(m):
    """Zeros around height, width and channels, and another value along one axis."""
    q = (0.1, -11)
    x = m.input([1, 3, 4, 2], *q)
    a = m.node("PAD", [x, m.numbers([[0, 0], [1, 2], [3, 0], [0, 1]])], [m.tensor([1, 6, 7, 3], *q)], 2, table="PadOptions")
    value = m.tensor([1], *q, data=[77])
    b = m.node("PADV2", [x, m.numbers([[0, 0], [0, 0], [2, 1], [0, 0]]), value], [m.tensor([1, 3, 7, 2], *q)], 2,
               table="PadV2Options")
    m.outputs = [a, b]


@model
def float_ends(m):
    """float32 at both ends of a layer of integers."""
    x = m.input([1, 12], dtype="float32")
    q = m.node("QUANTIZE", [x], [m.tensor([1, 12], 0.05, -3)], table="QuantizeOptions")
    y = m.fully_connected(q, 4, 12, ([1, 4], 0.1, 6))
    m.outputs = [m.node("DEQUANTIZE", [y], [m.tensor([1, 4], dtype="float32")], 2, table="DequantizeOptions"), y]


@model
def byte_ends(m):
    """uint8 at both ends of a layer of int8, and int8 rescaled to int8."""
    x = m.input([1, 6, 6, 2], 0.05, 128, "uint8")
    q = m.node("QUANTIZE", [x], [m.tensor([1, 6, 6, 2], 0.05, 0)], table="QuantizeOptions")
    y = m.convolution(q, [3, 3, 3, 2], ([1, 4, 4, 3], 0.06, -40), channels(m.random, 3))
    coarse = m.node("QUANTIZE", [y], [m.tensor([1, 4, 4, 3], 0.13, 5)], table="QuantizeOptions")
    bytes_ = m.node("QUANTIZE", [coarse], [m.tensor([1, 4, 4, 3], 0.13, 133, "uint8")], table="QuantizeOptions")
    m.outputs = [bytes_, coarse]


@model
def residual(m):
    """Two inputs and two outputs in another order than their tensors', weights that two layers share, a tensor unused."""
    m.tensor([3, 3], 0.1, 0)
    late = m.tensor([1, 6, 6, 4], 0.05, -10)
    y = m.input([1, 6, 6, 4], 0.05, -10)
    x = m.input([1, 6, 6, 4], 0.05, -10)
    weights, bias = m.weights([4, 3, 3, 4], channels(m.random, 4)), m.bias(4, 0.0002)
    options = dict(table="Conv2DOptions", strideW=1, strideH=1, padding=SAME)
    a = m.node("CONV_2D", [x, weights, bias], [m.tensor([1, 6, 6, 4], 0.05, -10)], 3,
               fusedActivationFunction=ACTIVATIONS.RELU, **options)
    m.node("CONV_2D", [a, weights, bias], [late], 3, **options)
    total = m.node("ADD", [late, y], [m.tensor([1, 6, 6, 4], 0.08, 0)], 2, table="AddOptions",
                   fusedActivationFunction=ACTIVATIONS.RELU)
    joined = m.node("CONCATENATION", [late, a], [m.tensor([1, 6, 6, 8], 0.05, -10)], 2, table="ConcatenationOptions", axis=3)
    m.outputs = [joined, total]


@model
def keywords(m):
    """A small network as for keyword spotting: convolution, two depthwise blocks, pool, dense, softmax."""
    x = m.input([1, 240], 0.03, 40)
    image = m.node("RESHAPE", [x, m.numbers([1, 20, 12, 1])], [m.tensor([1, 20, 12, 1], 0.03, 40)], table="ReshapeOptions")
    rectified = dict(fusedActivationFunction=ACTIVATIONS.RELU)
    y = m.convolution(image, [12, 6, 4, 1], ([1, 10, 6, 12], 0.02, -128), channels(m.random, 12),
                      padding=SAME, strideH=2, strideW=2, **rectified)
    for _ in range(2):
        y = m.convolution(y, [1, 3, 3, 12], ([1, 10, 6, 12], 0.025, -128), channels(m.random, 12), depthwise=True,
                          padding=SAME, **rectified)
        y = m.convolution(y, [12, 1, 1, 12], ([1, 10, 6, 12], 0.02, -128), channels(m.random, 12), **rectified)
    y = m.pool("AVERAGE_POOL_2D", y, [1, 1, 1, 12], padding=VALID, strideH=10, strideW=6, filterHeight=10, filterWidth=6)
    _, scale, zero = m.scale_of(y)
    y = m.node("RESHAPE", [y, m.numbers([-1, 12])], [m.tensor([1, 12], scale, zero)], table="ReshapeOptions")
    y = m.fully_connected(y, 7, 12, ([1, 7], 0.1, 10))
    m.outputs = [m.node("SOFTMAX", [y], [m.tensor([1, 7], 1 / 256, -128)], 2, table="SoftmaxOptions", beta=1.0)]


class Real:
    """Float32 layers on a model: what they take and give is float32, without scales."""

    def __init__(self, m):
        self.m = m

    def tensor(self, shape):
        return self.m.tensor(shape, dtype="float32")

    def constant(self, *shape):
        return self.m.tensor(shape, dtype="float32", data=self.m.random.normal(0, 0.5, shape))

    def node(self, builtin, inputs, shape, version=1, **options):
        return self.m.node(builtin, inputs, [self.tensor(shape)], version, **options)


@model
def real_windows(m):
    """float32: convolutions and pools whose strides, dilations, filters and padding differ along height and width."""
    real = Real(m)
    x = m.input([2, 7, 8, 2], dtype="float32")
    conv = dict(table="Conv2DOptions", strideH=1, strideW=2, padding=SAME)
    deep = dict(table="DepthwiseConv2DOptions", depthMultiplier=3, padding=VALID)
    pool = dict(table="Pool2DOptions", filterHeight=3, filterWidth=2, strideH=2, strideW=1)
    m.outputs = [
        real.node("CONV_2D", [x, real.constant(3, 3, 2, 2), real.constant(3)], [2, 7, 4, 3], dilationHFactor=1,
                  fusedActivationFunction=ACTIVATIONS.RELU6, **conv),
        real.node("CONV_2D", [x, real.constant(2, 2, 3, 2), real.constant(2)], [2, 7, 8, 2], dilationHFactor=2,
                  table="Conv2DOptions", strideH=1, strideW=1, dilationWFactor=3, padding=SAME),
        real.node("DEPTHWISE_CONV_2D", [x, real.constant(1, 2, 3, 6), real.constant(6)], [2, 5, 3, 6], strideH=1, strideW=2,
                  dilationHFactor=2, dilationWFactor=1, fusedActivationFunction=ACTIVATIONS.RELU, **deep),
        real.node("AVERAGE_POOL_2D", [x], [2, 4, 8, 2], padding=SAME, **pool),
        real.node("MAX_POOL_2D", [x], [2, 3, 7, 2], padding=VALID, fusedActivationFunction=ACTIVATIONS.RELU, **pool),
    ]


@model
def real_numbers(m):
    """float32: everything that looks at no neighbours."""
    real = Real(m)
    x, y, row = m.input([2, 3, 4], dtype="float32"), m.input([2, 3, 4], dtype="float32"), m.input([4], dtype="float32")
    q = [2, 3, 4]
    m.outputs = [
        real.node("FULLY_CONNECTED", [x, real.constant(5, 4), real.constant(5)], [2, 3, 5], table="FullyConnectedOptions",
                  keepNumDims=True, fusedActivationFunction=ACTIVATIONS.RELU),
        real.node("ADD", [x, row], q, table="AddOptions", fusedActivationFunction=ACTIVATIONS.RELU_N1_TO_1),
        real.node("SUB", [x, y], q, table="SubOptions", fusedActivationFunction=ACTIVATIONS.RELU6),
        real.node("MUL", [row, y], q, table="MulOptions"),
        real.node("LOGISTIC", [x], q),
        real.node("TANH", [x], q),
        real.node("HARD_SWISH", [x], q, table="HardSwishOptions"),
        real.node("LEAKY_RELU", [x], q, table="LeakyReluOptions", alpha=0.25),
        real.node("RELU", [x], q),
        real.node("RELU6", [x], q),
        real.node("SOFTMAX", [x], q, table="SoftmaxOptions", beta=0.7),
        real.node("MEAN", [x, m.numbers([0, 2])], [3], table="ReducerOptions", keepDims=False),
        real.node("CONCATENATION", [x, y], [2, 6, 4], table="ConcatenationOptions", axis=1),
        real.node("PAD", [x, m.numbers([[0, 0], [1, 2], [0, 3]])], [2, 6, 7], table="PadOptions"),
    ]


def main(folder):
    for old in folder.glob("*"):
        if old.suffix in (".tflite", ".bin"):
            old.unlink()
    for write in models:
        name = write.__name__.replace("_", "-")
        made = Model(name)
        write(made)
        data = made.pack()
        (folder / f"{name}.tflite").write_bytes(data)
        interpreter = runtime.Interpreter.from_bytes(data, arena_size=1 << 20)
        inputs = [[made.draw(step, index) for index in made.inputs] for step in range(STEPS)]
        outputs = []
        for values in inputs:
            for i, value in enumerate(values):
                interpreter.set_input(value, i)
            interpreter.invoke()
            outputs.append([interpreter.get_output(i).copy() for i in range(len(made.outputs))])
        for kind, steps in (("input", inputs), ("output", outputs)):
            for i in range(len(steps[0])):
                (folder / f"{name}.{kind}{i}.bin").write_bytes(b"".join(step[i].tobytes() for step in steps))
        distinct = [len(np.unique([step[i] for step in outputs])) for i in range(len(made.outputs))]
        print(f"{name}: {len(data)} bytes, distinct outputs {distinct}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
