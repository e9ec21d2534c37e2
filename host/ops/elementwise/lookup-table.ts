import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { perTensor, type Tensor, type TensorType } from "../../graph/tensor.js";
import { int8Parameters } from "../../numerics/requantization.js";
import { anyOrder, type Operator } from "../operator.js";

/**
 * Table of a function of one byte, in the order of the unsigned byte.
 *
 * @param signed whether the input's bytes are int8
 * @param output the function on the input's integer; its result is clamped to `low..high`
 */
export function byteTable(
  signed: boolean,
  low: number,
  high: number,
  output: (q: number) => number,
): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const q = signed && byte > 127 ? byte - 256 : byte;
    table[byte] = Math.min(high, Math.max(low, output(q))) & 255;
  }
  return table;
}

/** Table of an int8 function of an int8. */
export function int8Table(output: (q: number) => number): Uint8Array {
  return byteTable(true, -128, 127, output);
}

/** The node's only input. Throws `NotRunnable` where there is not exactly one. */
export function onlyInput(node: BoundNode): Tensor {
  const [input] = node.inputs;
  if (input === undefined) throw new NotRunnable("the input is missing");
  requireThat(node.inputs.length === 1, `${node.inputs.length} inputs; 1 is expected`);
  return input;
}

/**
 * Type of the output of a function of single elements, int8 or float32: the input's. Checks that int8 tensors
 * have a scale and a zero point. Throws `NotRunnable`.
 */
export function inferElementwise(node: BoundNode): TensorType[] {
  const input = onlyInput(node);
  requireThat(
    input.dtype === "int8" || input.dtype === "float32",
    `input is ${input.dtype}; int8 or float32 is expected`,
  );
  if (input.dtype === "int8") for (const tensor of [input, ...node.outputs]) int8Parameters(tensor);
  return [{ dtype: input.dtype, shape: input.shape }];
}

/** Checks that an int8 output has the parameters that the fixed-point function produces. Throws `NotRunnable`. */
export function requireParameters(output: Tensor | undefined, scale: number, zeroPoint: number): void {
  if (output === undefined || output.dtype !== "int8") return;
  const found = perTensor(output);
  requireThat(
    found?.scale === scale && found.zeroPoint === zeroPoint,
    `output has scale ${found?.scale} and zero point ${found?.zeroPoint}; ${scale} and ${zeroPoint} are expected`,
  );
}

/** Attributes of a function of single bytes. */
export interface LookupTableAttributes {
  /** Output byte for each input byte, in the order of the unsigned byte; 256 of them. */
  table: Uint8Array;
}

/** Any function of single bytes, element by element. No model file has it: passes make it of others. */
export const lookupTable: Operator<LookupTableAttributes> = {
  name: "lookupTable",
  quantization: { output: "as-input" },
  infer(node) {
    const input = onlyInput(node);
    const [output] = node.outputs;
    for (const tensor of [input, output]) {
      requireThat(
        tensor?.dtype === "int8" || tensor?.dtype === "uint8",
        `a tensor is ${tensor?.dtype}; int8 or uint8 is expected`,
      );
    }
    requireThat(
      node.attributes.table.length === 256,
      `a table of ${node.attributes.table.length} bytes; 256 are expected`,
    );
    return [{ dtype: (output as Tensor).dtype, shape: input.shape }];
  },
  macs: () => 0,
  reordered: anyOrder,
  byteTable: (node) => node.attributes.table,
  reference() {
    throw new Error("a lookup table has no float form");
  },
};
