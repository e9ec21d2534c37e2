import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { lstmParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
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
import { callKernel, kernelName, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";

type LstmNode = BoundNode<LstmAttributes>;

/** Bytes of the table of the logistic function, and of what integer gates are rescaled by. */
const tableBytes = 2 * sigmoidTableEntries;
const constantsBytes = tableBytes + gates.length * 16;

const isFloat = ({ inputs }: LstmNode): boolean => inputs[0]?.dtype === "float32";

/** Where the biases of a unit are behind its weights, and the bytes of both. */
function unitLayout(
  node: LstmNode,
): Record<"biasOffset" | "unitBytes" | "weightBytes" | "biasBytes", number> {
  const { inputs, units } = lstmShape(node);
  const weightBytes = isFloat(node) ? 4 : 1;
  const biasBytes = node.inputs[0]?.dtype === "int16" ? 8 : 4;
  const biasOffset = alignUp(gates.length * (inputs + units) * weightBytes, 8);
  return { biasOffset, weightBytes, biasBytes, unitBytes: biasOffset + gates.length * 2 * biasBytes };
}

/** Elements of row `unit` of a constant matrix. */
function rowOf(tensor: Tensor, unit: number): number[] {
  const length = tensor.shape[1] as number;
  return Array.from({ length }, (_, i) => Number(tensor.data?.[unit * length + i]));
}

/** Zero points of the input and of the hidden state. */
function zeroPointsOf({ inputs, variables }: LstmNode): number[] {
  return [inputs[0] as Tensor, variables?.[0] as Tensor].map((tensor) => integerParameters(tensor).zeroPoint);
}

/** For each gate of a unit the weights of the inputs and those of the hidden state, each with its bias. */
function unitRows(node: LstmNode, unit: number): { row: number[]; bias: number }[] {
  const zeroPoints = isFloat(node) ? [] : zeroPointsOf(node);
  return [...gates.keys()].flatMap((gate) => {
    const { weights, recurrent, bias } = gateInputs(gate);
    return [weights, recurrent].map((index, side) => {
      const row = rowOf(node.inputs[index] as Tensor, unit);
      const own = side === 0 ? Number(node.inputs[bias]?.data?.[unit]) : 0;
      const zeroPoint = zeroPoints[side];
      return { row, bias: zeroPoint === undefined ? own : own - sumOf(row) * zeroPoint };
    });
  });
}

const sumOf = (row: readonly number[]): number => row.reduce((sum, value) => sum + value, 0);

/** Every unit's weights and biases; zero points of input and hidden state are put into the biases. */
function unitWeights(node: LstmNode): Uint8Array {
  const { units } = lstmShape(node);
  const { biasOffset, biasBytes, weightBytes, unitBytes } = unitLayout(node);
  const bytes = new Uint8Array(units * unitBytes);
  const view = new DataView(bytes.buffer);
  const float = isFloat(node);
  const writeWeight = (at: number, value: number): void =>
    float ? view.setFloat32(at, value, true) : view.setInt8(at, value);
  const writeBias = (at: number, value: number): void => {
    if (float) view.setFloat32(at, value, true);
    else if (biasBytes === 8) view.setBigInt64(at, BigInt(value), true);
    else view.setInt32(at, value, true);
  };
  for (let unit = 0; unit < units; unit++) {
    const rows = unitRows(node, unit);
    const weightsAt = unit * unitBytes;
    const weights = rows.flatMap(({ row }) => row);
    for (const [i, weight] of weights.entries()) writeWeight(weightsAt + i * weightBytes, weight);
    for (const [i, { bias }] of rows.entries()) writeBias(weightsAt + biasOffset + i * biasBytes, bias);
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
    return [
      callKernel(
        { name: kernelName("lstm", (node.inputs[0] as Tensor).dtype), parameters: lstmParameters },
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
