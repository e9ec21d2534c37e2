import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { elementCount, integerRange, type Tensor } from "../../../graph/tensor.js";
import { cast } from "../../../ops/conversion/cast.js";
import { batchMatmul } from "../../../ops/matrix/batch-matmul.js";
import { differenceOf, productOf, sumOf } from "../../compose/arithmetic.js";
import { reshaped, sliced } from "../../compose/movement.js";
import { castTo } from "../../compose/whole-numbers.js";
import type { GraphWriter } from "../../graph-writer.js";
import { plainIntegers } from "../quantized-tensors.js";
import { activations } from "./activation.js";
import { convolution } from "./convolution.js";
import { elementwise } from "./elementwise.js";
import type { OnnxMapping, OnnxNode } from "./mapping.js";
import { matrix } from "./matrix.js";
import { movement } from "./movement.js";
import { pools } from "./pools.js";
import { dynamicQuantization, integersFor, realNumbers } from "./quantization.js";
import { reduction } from "./reduction.js";

const plain: readonly OnnxMapping[] = [
  ...convolution,
  ...matrix,
  ...elementwise,
  ...activations,
  ...pools,
  ...reduction,
  ...movement,
  ...dynamicQuantization,
];

/** What an operator of ONNX makes of other inputs than the node's, with the node's attributes. */
function read(
  operator: string,
  node: OnnxNode,
  inputs: readonly (Tensor | undefined)[],
  write: GraphWriter,
): Tensor {
  const mapping = plain.find((known) => known.operator === operator) as OnnxMapping;
  const outputs = mapping.read(node.withInputs(inputs), write);
  return ("dtype" in outputs ? outputs : outputs[0]) as Tensor;
}

/** What an operator becomes on the real numbers of integers. */
function becomesOf(operator: string): string[] {
  const { becomes } = plain.find((known) => known.operator === operator) as OnnxMapping;
  return ["dequantize", ...becomes, "quantize"];
}

/** The real numbers of the integers at a position, whose scale and zero point follow. */
function real(node: OnnxNode, write: GraphWriter, position: number, axis = 0): Tensor {
  return realNumbers(write, node.input(position), {
    scale: node.input(position + 1),
    zeroPoint: node.inputs[position + 2],
    axis,
    blocks: 0,
  });
}

/** Integers of the scale at a position and of the type of the zero point behind it. */
function whole(node: OnnxNode, write: GraphWriter, values: Tensor, position: number): Tensor {
  const zeroPoint = node.inputs[position + 1];
  const to = (zeroPoint?.dtype ?? "uint8") as "uint8" | "int8";
  const scales = { scale: node.input(position), zeroPoint, axis: 0, blocks: 0 };
  return integersFor(write, values, scales, { to, range: integerRange[to] });
}

/** A bias of integers, whose scale is the product of those of input and weights. */
function realBias(node: OnnxNode, write: GraphWriter, bias: Tensor | undefined, scales: [number, number]) {
  if (bias === undefined) return undefined;
  const scale = productOf(write, node.input(scales[0]), node.input(scales[1]));
  const place = elementCount(scale.shape) === 1 ? reshaped(write, scale, []) : scale;
  return productOf(write, castTo(write, bias, "float32"), place);
}

/** One operand, then the output's scale: `operator` on its real numbers. */
function unary(name: string, operator: string): OnnxMapping {
  return {
    operator: name,
    domain: "com.microsoft",
    becomes: becomesOf(operator),
    takesQuantized: true,
    read: (node, write) => whole(node, write, read(operator, node, [real(node, write, 0)], write), 3),
  };
}

/** Two operands, then the output's scale. */
function binary(name: string, operator: string, domain?: "com.microsoft"): OnnxMapping {
  return {
    operator: name,
    ...(domain === undefined ? {} : { domain }),
    becomes: becomesOf(operator),
    takesQuantized: true,
    read(node, write) {
      const second = node.input(3);
      const [a, b] = [real(node, write, 0), real(node, write, 3, second.shape.length - 1)];
      return whole(node, write, read(operator, node, [a, b], write), 6);
    },
  };
}

function readConvolution(node: OnnxNode, write: GraphWriter): Tensor {
  const bias = realBias(node, write, node.inputs[8], [1, 4]);
  const inputs = [real(node, write, 0), real(node, write, 3, 0), bias];
  return whole(node, write, read("Conv", node, inputs, write), 6);
}

function readGemm(node: OnnxNode, write: GraphWriter): Tensor {
  const axis = node.flag("transB") ? 0 : 1;
  const bias = realBias(node, write, node.inputs[6], [1, 4]);
  const inputs = [real(node, write, 0), real(node, write, 3, axis), bias];
  const product = read("Gemm", node, inputs, write);
  return node.gives(7) ? whole(node, write, product, 7) : product;
}

function readConcat(node: OnnxNode, write: GraphWriter): Tensor {
  const count = (node.inputs.length - 2) / 3;
  requireThat(Number.isInteger(count), "inputs with a scale and a zero point each are expected");
  const parts = Array.from({ length: count }, (_, i) => real(node, write, 2 + 3 * i));
  return whole(node, write, read("Concat", node, parts, write), 0);
}

/** Products of differences of bytes whose sum a float32 holds exactly. */
const exactProducts = Math.floor(2 ** 24 / 255 ** 2);

/** Integers less a zero point, as float32, which holds them exactly. */
function lessZero(write: GraphWriter, integers: Tensor, zeroPoint: Tensor | undefined): Tensor {
  const whole = write.node(cast, { to: "int32" }, [plainIntegers(write, integers)]);
  const zero = zeroPoint && write.node(cast, { to: "int32" }, [plainIntegers(write, zeroPoint)]);
  return castTo(write, zero === undefined ? whole : differenceOf(write, whole, zero), "float32");
}

const asInteger = (write: GraphWriter, values: Tensor): Tensor => write.node(cast, { to: "int32" }, [values]);

/** The exact sum of products as int32: of as many at once as float32 holds. */
function readMatMulInteger(node: OnnxNode, write: GraphWriter): Tensor {
  const [a, b] = [node.input(0), node.input(1)];
  const rowZeros = node.inputs[2];
  const columnOfZeros =
    rowZeros?.shape.length === 1 && elementCount(rowZeros.shape) > 1
      ? reshaped(write, rowZeros, [...rowZeros.shape, 1])
      : rowZeros;
  const [first, second] = [lessZero(write, a, columnOfZeros), lessZero(write, b, node.inputs[3])];
  const depth = first.shape.at(-1) ?? 1;
  if (depth <= exactProducts || first.shape.length < 2 || second.shape.length < 2) {
    requireThat(depth <= exactProducts, `products of vectors of ${depth}; up to ${exactProducts} are exact`);
    return asInteger(write, read("MatMul", node, [first, second], write));
  }
  const parts = Array.from({ length: Math.ceil(depth / exactProducts) }, (_, i) => {
    const [begin, length] = [i * exactProducts, Math.min(exactProducts, depth - i * exactProducts)];
    const [left, right] = [
      sliced(write, first, first.shape.length - 1, begin, length),
      sliced(write, second, second.shape.length - 2, begin, length),
    ];
    return asInteger(
      write,
      write.node(batchMatmul, { transposeFirst: false, transposeSecond: false }, [left, right]),
    );
  });
  return parts.reduce((sum, part) => sumOf(write, sum, part));
}

/** The exact sum of products as int32: of as many channels at once as float32 holds. */
function readConvInteger(node: OnnxNode, write: GraphWriter): Tensor {
  const [input, weights] = [node.input(0), node.input(1)];
  const zeros = node.inputs[3];
  const ones = weights.shape.slice(1).map(() => 1);
  const perFilter =
    zeros && elementCount(zeros.shape) > 1 ? reshaped(write, zeros, [...zeros.shape, ...ones]) : zeros;
  const [values, filters] = [lessZero(write, input, node.inputs[2]), lessZero(write, weights, perFilter)];
  const channels = weights.shape[1] ?? 1;
  const taps = elementCount(weights.shape.slice(2));
  const atOnce = Math.floor(exactProducts / taps);
  if (channels <= atOnce) return asInteger(write, read("Conv", node, [values, filters], write));
  if (atOnce < 1 || node.integer("group", 1) !== 1)
    throw new NotRunnable(`sums of ${channels * taps} products; up to ${exactProducts} are exact`);
  const parts = Array.from({ length: Math.ceil(channels / atOnce) }, (_, i) => {
    const length = Math.min(atOnce, channels - i * atOnce);
    const inputs = [values, filters].map((tensor) => sliced(write, tensor, 1, i * atOnce, length));
    return asInteger(write, read("Conv", node, inputs, write));
  });
  return parts.reduce((sum, part) => sumOf(write, sum, part));
}

/** (A - zero point) * scale times (B - zero point) * scale, plus a bias, in float32. */
function readMatMulToFloat(node: OnnxNode, write: GraphWriter): Tensor {
  const scaled = (i: number): Tensor =>
    productOf(write, lessZero(write, node.input(i), node.inputs[i + 4]), node.input(i + 2));
  const product = read("MatMul", node, [scaled(0), scaled(1)], write);
  return node.inputs[6] === undefined ? product : sumOf(write, product, node.inputs[6]);
}

/** A product of float32 by integers, for which the first operand is quantized by its own range. */
function readDynamicMatMul(node: OnnxNode, write: GraphWriter): Tensor {
  const mapping = dynamicQuantization[0] as OnnxMapping;
  const [a, scale, zero] = mapping.read(node.withInputs([node.input(0)]), write) as Tensor[];
  const inputs = [a, node.input(1), scale, node.input(2), zero, node.inputs[3], node.inputs[4]];
  return readMatMulToFloat(node.withInputs(inputs), write);
}

const dynamicBecomes = (dynamicQuantization[0] as OnnxMapping).becomes;

/** Operators of integers with scales, which are what they are on real numbers, between a dequantization and a quantization. */
export const quantizedOperators: readonly OnnxMapping[] = [
  {
    operator: "QLinearConv",
    becomes: becomesOf("Conv"),
    takesQuantized: true,
    read: readConvolution,
  },
  binary("QLinearMatMul", "MatMul"),
  binary("QLinearAdd", "Add", "com.microsoft"),
  binary("QLinearMul", "Mul", "com.microsoft"),
  unary("QLinearGlobalAveragePool", "GlobalAveragePool"),
  unary("QLinearAveragePool", "AveragePool"),
  unary("QLinearLeakyRelu", "LeakyRelu"),
  unary("QLinearSigmoid", "Sigmoid"),
  unary("QLinearSoftmax", "Softmax"),
  unary("QLinearReduceMean", "ReduceMean"),
  {
    operator: "QLinearConcat",
    domain: "com.microsoft",
    becomes: becomesOf("Concat"),
    takesQuantized: true,
    read: readConcat,
  },
  {
    operator: "QGemm",
    domain: "com.microsoft",
    becomes: becomesOf("Gemm"),
    takesQuantized: true,
    read: readGemm,
  },
  {
    operator: "MatMulInteger",
    becomes: ["cast", "sub", "fullyConnected", "batchMatmul", "add"],
    read: readMatMulInteger,
  },
  { operator: "ConvInteger", becomes: ["cast", "sub", "conv2d", "add"], read: readConvInteger },
  {
    operator: "MatMulIntegerToFloat",
    domain: "com.microsoft",
    becomes: ["cast", "sub", "mul", "fullyConnected", "batchMatmul", "add"],
    read: readMatMulToFloat,
  },
  {
    operator: "DynamicQuantizeMatMul",
    domain: "com.microsoft",
    becomes: [...dynamicBecomes, "mul", "fullyConnected", "batchMatmul"],
    read: readDynamicMatMul,
  },
];
