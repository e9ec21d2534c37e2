import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { type LineConstants, lineConstants } from "../../numerics/lines.js";
import {
  applyActivation,
  integerParameters,
  quantizedActivationRange,
} from "../../numerics/requantization.js";
import { linesTable } from "./lines-table.js";
import { onlyInput } from "./lookup-table.js";
import { onlyOutput, type UnaryOperator, unary } from "./unary.js";

/** Rectifiers by their operators' names, as activations that are fused. */
export const rectifiers: Readonly<Record<string, FusedActivation>> = {
  relu: "relu",
  relu6: "relu6",
  reluN1To1: "relu-n1-to-1",
  relu0To1: "relu-0-to-1",
};

/**
 * A rectifier: TFLite Micro's kernel `ReluQuantized` requantizes an integer to the output's parameters, by a ratio of
 * scales in float32, then clamps it.
 */
function rectifier(name: string, activation: FusedActivation): UnaryOperator {
  const lines = (node: BoundNode): LineConstants => {
    const [input, output] = [onlyInput(node), onlyOutput(node)];
    const [from, to] = [integerParameters(input), integerParameters(output)];
    const positive = Math.fround(from.scale / to.scale);
    return lineConstants(input.dtype, from, to, { positive }, quantizedActivationRange(activation, output));
  };
  return unary({
    name,
    real: (value) => applyActivation(activation, value),
    table: (node) => linesTable(lines(node)),
    lines,
  });
}

/** max(0, x), element by element. */
export const relu = rectifier("relu", "relu");

/** x limited to 0..6, element by element. */
export const relu6 = rectifier("relu6", "relu6");

/** x limited to -1..1, element by element. */
export const reluN1To1 = rectifier("reluN1To1", "relu-n1-to-1");

/** x limited to 0..1, element by element. */
export const relu0To1 = rectifier("relu0To1", "relu-0-to-1");
