import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { lstmParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { elementBytes, type Tensor } from "../../graph/tensor.js";
import { integerParameters, narrowMultiplier } from "../../numerics/requantization.js";
import { sigmoidTable, sigmoidTableEntries } from "../../numerics/sigmoid-table.js";
import {
  gateInputs,
  gates,
  type LstmAttributes,
  lstmRescaling,
  lstmShape,
  lstm as operator,
} from "../../ops/recurrent/lstm.js";
import { callKernel, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";

type LstmNode = BoundNode<LstmAttributes>;

/** Bytes of the table of the logistic function, and of what integer gates are rescaled by. */
const tableBytes = 2 * sigmoidTableEntries;
const constantsBytes = tableBytes + gates.length * 16;

const isFloat = ({ inputs }: LstmNode): boolean => inputs[0]?.dtype === "float32";

/** Where the biases of a unit are behind its weights, and the bytes of both. */
function unitLayout(node: LstmNode): { biasOffset: number; unitBytes: number; biasBytes: number } {
  const { inputs, units } = lstmShape(node);
  const weightBytes = isFloat(node) ? 4 : 1;
  const biasBytes = node.inputs[0]?.dtype === "int16" ? 8 : 4;
  const biasOffset = alignUp(gates.length * (inputs + units) * weightBytes, 8);
  return { biasOffset, biasBytes, unitBytes: biasOffset + gates.length * 2 * biasBytes };
}

/** Elements of row `unit` of a constant matrix. */
function rowOf(tensor: Tensor, unit: number): number[] {
  const length = tensor.shape[1] as number;
  return Array.from({ length }, (_, i) => Number(tensor.data?.[unit * length + i]));
}

/** Every unit's weights and biases; zero points of input and hidden state are put into the biases. */
function unitWeights(node: LstmNode): Uint8Array {
  const { units } = lstmShape(node);
  const { biasOffset, biasBytes, unitBytes } = unitLayout(node);
  const bytes = new Uint8Array(units * unitBytes);
  const view = new DataView(bytes.buffer);
  const float = isFloat(node);
  const zeroPoints = float
    ? [0, 0]
    : [node.inputs[0] as Tensor, node.variables?.[0] as Tensor].map(
        (tensor) => integerParameters(tensor).zeroPoint,
      );
  const writeWeight = (at: number, value: number): void =>
    float ? view.setFloat32(at, value, true) : view.setInt8(at, value);
  const writeBias = (at: number, value: number): void => {
    if (float) view.setFloat32(at, value, true);
    else if (biasBytes === 8) view.setBigInt64(at, BigInt(value), true);
    else view.setInt32(at, value, true);
  };
  for (let unit = 0; unit < units; unit++) {
    let at = unit * unitBytes;
    let biasAt = at + biasOffset;
    for (const gate of gates.keys()) {
      const { weights, recurrent, bias } = gateInputs(gate);
      for (const [side, index] of [weights, recurrent].entries()) {
        const row = rowOf(node.inputs[index] as Tensor, unit);
        for (const value of row) {
          writeWeight(at, value);
          at += elementBytes[float ? "float32" : "int8"];
        }
        const own = side === 0 ? Number(node.inputs[bias]?.data?.[unit]) : 0;
        const shifted = row.reduce((sum, value) => sum + value, 0) * (zeroPoints[side] as number);
        writeBias(biasAt, float ? own : own - shifted);
        biasAt += biasBytes;
      }
    }
  }
  return bytes;
}

/** The table and the gates' rescaling of integers. */
function constantsOf(node: LstmNode): Uint8Array {
  const bytes = new Uint8Array(constantsBytes);
  const view = new DataView(bytes.buffer);
  const isWide = node.inputs[0]?.dtype === "int16";
  for (const [i, value] of sigmoidTable().entries()) view.setUint16(i * 2, value, true);
  for (const [i, exact] of lstmRescaling(node).gates.entries()) {
    const { multiplier, shift } = isWide ? narrowMultiplier(exact) : exact;
    view.setInt32(tableBytes + i * 8, multiplier, true);
    view.setInt32(tableBytes + i * 8 + 4, (isWide ? 15 : 0) - shift, true);
  }
  return bytes;
}

/** What the kernel of integers needs besides; zeros for float32. */
function integerValues(node: LstmNode, placement: Placement) {
  if (isFloat(node)) {
    const none = { cellMultiplier: 0n, hiddenMultiplier: 0n, cellShift: 0, hiddenShift: 0, clip: 0 };
    return { ...none, tanhMultiplier: 0, tanhShift: 0, hiddenZeroPoint: 0, constants: 0, constantsBytes: 0 };
  }
  const [hidden, cell] = node.variables as [Tensor, Tensor];
  const { toCell, toHidden, cellPower } = lstmRescaling(node);
  const left = 12 + cellPower;
  return {
    constants: placement.weights(constantsOf(node)),
    constantsBytes,
    cellMultiplier: BigInt(toCell.multiplier),
    hiddenMultiplier: BigInt(toHidden.multiplier),
    cellShift: -toCell.shift,
    hiddenShift: -toHidden.shift,
    clip: Math.min(32767, Math.trunc(node.attributes.cellClip / integerParameters(cell).scale)),
    tanhMultiplier: left < 0 ? 3 : 3 * 2 ** left,
    tanhShift: Math.max(0, -left),
    hiddenZeroPoint: integerParameters(hidden).zeroPoint,
  };
}

/** A long short-term memory: one call for all of a sequence. */
export const lstm: Lowering<LstmAttributes> = {
  operator: "lstm",
  dtypes: ["int8", "int16", "float32"],
  check: (node) => {
    operator.infer(node);
  },
  constantInputs: ({ inputs }) => [...inputs.keys()].slice(1),
  scratchBytes(node) {
    const own = alignUp(blockBytes(lstmParameters), 8);
    return [own + (isFloat(node) ? 0 : constantsBytes) + unitLayout(node).unitBytes];
  },
  emit(node: LstmNode, placement: Placement) {
    const shape = lstmShape(node);
    const { timeMajor, cellClip, activation } = node.attributes;
    const { unitBytes, biasOffset } = unitLayout(node);
    const suffix = { int8: "Int8", int16: "Int16" }[node.inputs[0]?.dtype as string] ?? "Float32";
    return [
      callKernel(
        { name: `lstm${suffix}`, parameters: lstmParameters },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          hidden: placement.variables[0] as number,
          cell: placement.variables[1] as number,
          scratch: placement.scratch + alignUp(blockBytes(lstmParameters), 8),
          weights: placement.weights(unitWeights(node)),
          ...shape,
          timeStep: timeMajor ? shape.batches : 1,
          batchStep: timeMajor ? 1 : shape.times,
          unitBytes,
          biasOffset,
          cellLogistic: activation === "logistic" ? 1 : 0,
          ...integerValues(node, placement),
          floatClip: cellClip,
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
