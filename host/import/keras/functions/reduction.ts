import { NotRunnable } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { sqrt, square } from "../../../ops/elementwise/functions.js";
import { batchMatmul } from "../../../ops/matrix/batch-matmul.js";
import type { Operator } from "../../../ops/operator.js";
import { argMax, argMin } from "../../../ops/reduction/arg.js";
import { cumsum } from "../../../ops/reduction/cumsum.js";
import { l2Normalization } from "../../../ops/reduction/l2-normalization.js";
import { logSoftmax } from "../../../ops/reduction/log-softmax.js";
import { mean } from "../../../ops/reduction/mean.js";
import {
  prod,
  type ReduceAttributes,
  reduceAll,
  reduceAny,
  reduceMax,
  reduceMin,
  sum,
} from "../../../ops/reduction/reduce.js";
import { softmax } from "../../../ops/reduction/softmax.js";
import { differenceOf } from "../../compose/arithmetic.js";
import { alongAxes } from "../../compose/axes.js";
import { einsum } from "../../compose/einsum.js";
import { reshaped } from "../../compose/movement.js";
import { logSumExpOver } from "../../compose/reduction.js";
import { castTo } from "../../compose/whole-numbers.js";
import { floats } from "../layers/numbers.js";
import type { FunctionCall, FunctionMapping } from "./call.js";

const parameters = ["x", "axis", "keepdims"];
const tensorflowParameters = ["input_tensor", "axis", "keepdims"];

/** A reduction over axes, of a tensor that is prepared for it. */
function reduction(
  keras: string,
  tensorflow: readonly string[],
  operator: Operator<ReduceAttributes>,
  prepare: (call: FunctionCall, input: Tensor) => Tensor = (_, input) => input,
): FunctionMapping {
  return {
    keras: [keras],
    tensorflow,
    parameters,
    tensorflowParameters,
    build: (call) => {
      const input = prepare(call, call.tensor("x"));
      const attributes = { axes: call.axes("axis", input), keepDims: call.flag("keepdims") };
      return call.write.node(operator, attributes, [input]);
    },
  };
}

/** A tensor of which reduced axes have the length 1, with or without them. */
function kept(call: FunctionCall, result: Tensor, axes: readonly number[]): Tensor {
  if (call.flag("keepdims")) return result;
  return reshaped(
    call.write,
    result,
    result.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

function variance(call: FunctionCall): { result: Tensor; axes: number[] } {
  const input = floats(call.write, call.tensor("x"));
  const axes = call.axes("axis", input);
  const over = { axes, keepDims: true };
  const distances = differenceOf(call.write, input, call.write.node(mean, over, [input]));
  return { result: call.write.node(mean, over, [call.write.node(square, {}, [distances])]), axes };
}

/** `log(sum(exp(x)))`, by what is left of the largest. */
function logSumExp(call: FunctionCall): Tensor {
  const input = call.tensor("x");
  return logSumExpOver(call.write, input, {
    axes: call.axes("axis", input),
    keepDims: call.flag("keepdims"),
  });
}

/** The index of an extreme along an axis. */
function extreme(keras: string, tensorflow: readonly string[], operator: typeof argMax): FunctionMapping {
  return {
    keras: [keras],
    tensorflow,
    parameters,
    tensorflowParameters: ["input", "axis", "output_type"],
    build: (call) => {
      const input = call.tensor("x");
      const isAll = call.value("axis") === undefined && call.isKeras;
      const flat = isAll ? reshaped(call.write, input, [input.shape.reduce((a, b) => a * b, 1)]) : input;
      const axis = isAll ? 0 : call.axis("axis", flat.shape.length, 0);
      const index = call.isKeras ? "int32" : call.dtype("output_type", "int64");
      if (index !== "int32" && index !== "int64")
        throw new NotRunnable(`indices of ${index} are not supported`);
      const output = call.write.node(operator, { axis, index }, [flat], { output: { dtype: index } });
      if (!call.isKeras || !call.flag("keepdims")) return output;
      return reshaped(call.write, output, isAll ? input.shape.map(() => 1) : input.shape.with(axis, 1));
    },
  };
}

/** A function of rows, along one axis or several. */
function alongRows(
  keras: string,
  tensorflow: readonly string[],
  ofRows: (call: FunctionCall, rows: Tensor) => Tensor,
): FunctionMapping {
  return {
    keras: [keras],
    tensorflow,
    parameters: ["x", "axis"],
    tensorflowParameters: [tensorflow.some((name) => name.includes("l2")) ? "x" : "logits", "axis"],
    build: (call) => {
      const input = call.tensor("x");
      const axes = call.value("axis") === undefined ? [input.shape.length - 1] : call.axes("axis", input);
      return alongAxes(call.write, input, axes, (rows) => ofRows(call, rows));
    },
  };
}

/** What makes one number of many, functions of rows, and products of matrices. */
export const reductionFunctions: readonly FunctionMapping[] = [
  reduction("Mean", ["math.reduce_mean", "reduce_mean"], mean, ({ write }, input) => floats(write, input)),
  reduction("Sum", ["math.reduce_sum", "reduce_sum"], sum),
  reduction("Max", ["math.reduce_max", "reduce_max"], reduceMax),
  reduction("Min", ["math.reduce_min", "reduce_min"], reduceMin),
  reduction("Prod", ["math.reduce_prod", "reduce_prod"], prod),
  reduction("Any", ["math.reduce_any"], reduceAny, ({ write }, input) => castTo(write, input, "bool")),
  reduction("All", ["math.reduce_all"], reduceAll, ({ write }, input) => castTo(write, input, "bool")),
  {
    keras: ["Var"],
    tensorflow: ["math.reduce_variance"],
    parameters,
    tensorflowParameters,
    build: (call) => {
      const { result, axes } = variance(call);
      return kept(call, result, axes);
    },
  },
  {
    keras: ["Std"],
    tensorflow: ["math.reduce_std"],
    parameters,
    tensorflowParameters,
    build: (call) => {
      const { result, axes } = variance(call);
      return kept(call, call.write.node(sqrt, {}, [result]), axes);
    },
  },
  {
    keras: ["Logsumexp"],
    tensorflow: ["math.reduce_logsumexp"],
    parameters,
    tensorflowParameters,
    build: logSumExp,
  },
  extreme("Argmax", ["math.argmax", "argmax"], argMax),
  extreme("Argmin", ["math.argmin", "argmin"], argMin),
  alongRows("Softmax", ["nn.softmax", "math.softmax"], ({ write }, rows) =>
    write.node(softmax, { beta: 1 }, [rows]),
  ),
  alongRows("LogSoftmax", ["nn.log_softmax"], ({ write }, rows) => write.node(logSoftmax, {}, [rows])),
  alongRows("Normalize", ["math.l2_normalize", "nn.l2_normalize"], (call, rows) => {
    if (call.number("order", 2) !== 2)
      throw new NotRunnable("a norm of an order other than 2 is not supported");
    return call.write.node(l2Normalization, {}, [rows]);
  }),
  {
    keras: ["Cumsum"],
    tensorflow: ["math.cumsum", "cumsum"],
    parameters: ["x", "axis"],
    build: (call) => {
      const input = call.tensor("x");
      const axis = call.axis("axis", input.shape.length, call.isKeras ? undefined : 0);
      return call.write.node(cumsum, { axis, exclusive: false, reverse: false }, [input]);
    },
  },
  {
    keras: ["Matmul"],
    tensorflow: ["linalg.matmul", "matmul", "__operators__.matmul"],
    parameters: ["x1", "x2", "transpose_a", "transpose_b"],
    tensorflowParameters: ["a", "b", "transpose_a", "transpose_b"],
    build: (call) => {
      const attributes = {
        transposeFirst: call.flag("transpose_a"),
        transposeSecond: call.flag("transpose_b"),
      };
      return call.write.node(batchMatmul, attributes, call.pair("x1", "x2"));
    },
  },
  {
    keras: ["Einsum"],
    parameters: ["first", "second", "third"],
    build: (call) => {
      const operands = ["first", "second", "third"].filter((name) => call.value(name) !== undefined);
      return einsum(
        call.write,
        call.text("subscripts", ""),
        operands.map((name) => call.tensor(name)),
      );
    },
  },
];
