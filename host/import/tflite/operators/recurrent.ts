import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { describeType, type Tensor } from "../../../graph/tensor.js";
import { reverseView, wholeView } from "../../../numerics/strided-view.js";
import { FlexOptions } from "../flexbuffer.js";
import { startingAtZeroPoint } from "../resources.js";
import { tfliteActivation } from "./activation.js";
import type { TfliteMapping, TfliteNode, Translation } from "./mapping.js";
import { between, readView } from "./movement/views.js";

/** The variable that a node names. Throws `NotRunnable` where it names none. */
function variableOf({ variable }: TfliteNode, input: Tensor | undefined, type?: Tensor): Tensor {
  const found = variable(input, type);
  if (found === undefined) {
    throw new NotRunnable(
      input === undefined
        ? "the variable is missing"
        : `tensor "${input.name}" is no variable: one that is marked as such, or a VAR_HANDLE, is expected`,
    );
  }
  return found;
}

/** Positions of the inputs of a long short-term memory that TFLite Micro has none of, and what they are. */
const absentInputs: Readonly<Record<string, readonly number[]>> = {
  peepholes: [9, 10, 11],
  "a projection": [16, 17],
  "layer normalization": [20, 21, 22, 23],
};

/**
 * A long short-term memory whose options begin with activation and clips.
 *
 * @param inputs in the order of UNIDIRECTIONAL_SEQUENCE_LSTM
 */
function readLstm(node: TfliteNode, inputs: TfliteNode["inputs"], timeMajor: boolean): Translation {
  const { options } = node;
  for (const [what, positions] of Object.entries(absentInputs)) {
    const found = positions.some((position) => inputs[position] !== undefined);
    requireThat(!found, `it has ${what}, which is not supported`);
  }
  requireThat(
    inputs[1] !== undefined,
    "its input gate is coupled to its forget gate, which is not supported",
  );
  const activation = options.int8(0, 0);
  requireThat(
    activation === tanh || activation === logistic,
    `activation ${activation} is not supported; TANH or SIGMOID is expected`,
  );
  requireThat(options.float32(2, 0) === 0, "its projection is clipped, which is not supported");
  return {
    operator: "lstm",
    attributes: {
      timeMajor,
      cellClip: options.float32(1, 0),
      activation: activation === tanh ? "tanh" : "logistic",
    },
    inputs: [inputs[0], ...inputs.slice(1, 9), ...inputs.slice(12, 16)],
    variables: [variableOf(node, inputs[18]), variableOf(node, inputs[19])],
  };
}

/** `ActivationFunctionType`. */
const [tanh, logistic] = [4, 6];

/** Positions of the inputs of a memory's two directions: weights of the gates, of inputs and then of the hidden state, and so on. */
const directions = [
  { weights: 1, peephole: 9, bias: 12, projection: 16, hidden: 35, cell: 36 },
  { weights: 18, peephole: 26, bias: 29, projection: 33, hidden: 37, cell: 38 },
] as const;

/** Two memories, one of which goes through time backwards: its input and its output are reversed in time. */
function readBidirectionalLstm(node: TfliteNode): Translation[] {
  const { inputs, outputs, options } = node;
  const [input, output] = [inputs[0], outputs[0]];
  if (input === undefined || output === undefined)
    throw new NotRunnable("the input or the output is missing");
  requireThat(
    inputs.slice(39).every((auxiliary) => auxiliary === undefined),
    "it has an auxiliary input, which is not supported",
  );
  const timeMajor = options.bool(4, true);
  const merges = options.bool(3, false);
  requireThat(
    outputs.length === (merges ? 1 : 2),
    `${outputs.length} outputs; ${merges ? "1 is" : "2 are"} expected`,
  );
  const reversed = (from: Tensor, to: Tensor): Translation =>
    readView(from, reverseView(wholeView(from.shape), timeMajor ? 0 : 1), to);
  const results: Tensor[] = [];
  const nodes = directions.flatMap((at, direction): Translation[] => {
    const units = inputs[at.weights]?.shape[0];
    if (units === undefined)
      throw new NotRunnable("its input gate is coupled to its forget gate, which is not supported");
    const given = direction === 0 ? input : between(input, input.shape);
    const made = between(output, [...input.shape.slice(0, 2), units]);
    const result = merges ? between(output, made.shape) : (outputs[direction] as Tensor);
    results.push(result);
    const ofDirection = [
      given,
      ...inputs.slice(at.weights, at.weights + 8),
      ...inputs.slice(at.peephole, at.peephole + 3),
      ...inputs.slice(at.bias, at.bias + 4),
      ...inputs.slice(at.projection, at.projection + 2),
      inputs[at.hidden],
      inputs[at.cell],
    ];
    const lstm = readLstm(node, ofDirection, timeMajor);
    if (direction === 0) return [{ ...lstm, outputs: [result] }];
    return [reversed(input, given), { ...lstm, outputs: [made] }, reversed(made, result)];
  });
  if (!merges) return nodes;
  return [
    ...nodes,
    { operator: "concatenation", attributes: { axis: -1 }, inputs: results, outputs: [output] },
  ];
}

/**
 * TensorFlow Lite Micro's ring of the last inputs. It ends every run but each `cycles_max`-th after it; only those that
 * never do are taken.
 */
function readCircularBuffer({ customOptions, inputs, outputs }: TfliteNode): Translation {
  const [input, output] = [inputs[0], outputs[0]];
  if (input === undefined || output === undefined || outputs.length !== 1)
    throw new NotRunnable(`${outputs.length} outputs; an input and 1 output are expected`);
  const cycles = new FlexOptions(customOptions, { node: output.name }).integer("cycles_max");
  requireThat(cycles === 1, `it ends ${cycles - 1} of ${cycles} runs early, which is not supported`);
  const isRing = input.shape.length === 4 && input.shape[0] === 1 && input.shape[1] === 1;
  const expected = [1, output.shape[1], ...input.shape.slice(2)];
  requireThat(
    isRing && output.shape.join() === expected.join(),
    `input is ${describeType(input)} and output ${describeType(output)}; 1x1xWxC and 1xNxWxC are expected`,
  );
  const register = startingAtZeroPoint({ ...output, name: `${output.name} state` });
  return { operator: "shiftRegister", attributes: {}, variables: [register] };
}

/** State, and what steps through time on it. */
export const recurrent: readonly TfliteMapping[] = [
  {
    builtin: "READ_VARIABLE",
    optionsType: 0,
    maxVersion: 1,
    becomes: ["readVariable"],
    takesResources: true,
    read: (node) => ({
      operator: "readVariable",
      attributes: {},
      inputs: [],
      variables: [variableOf(node, node.inputs[0], node.outputs[0])],
    }),
  },
  {
    builtin: "SVDF",
    optionsType: 6,
    maxVersion: 4,
    becomes: ["svdf"],
    read(node) {
      const [input, features, times, bias, state] = node.inputs;
      return {
        operator: "svdf",
        attributes: {
          rank: node.options.int32(0, 0),
          activation: tfliteActivation(node.options.int8(1, 0)),
        },
        inputs: [input, features, times, bias],
        variables: [variableOf(node, state)],
      };
    },
  },
  {
    builtin: "UNIDIRECTIONAL_SEQUENCE_LSTM",
    optionsType: 71,
    maxVersion: 4,
    becomes: ["lstm"],
    read: (node) => readLstm(node, node.inputs, node.options.bool(3, false)),
  },
  {
    builtin: "BIDIRECTIONAL_SEQUENCE_LSTM",
    optionsType: 69,
    maxVersion: 3,
    becomes: ["lstm", "view", "reshape", "concatenation"],
    read: readBidirectionalLstm,
  },
  {
    builtin: "CUSTOM:CIRCULAR_BUFFER",
    optionsType: 0,
    maxVersion: 1,
    becomes: ["shiftRegister"],
    read: readCircularBuffer,
  },
  {
    builtin: "ASSIGN_VARIABLE",
    optionsType: 0,
    maxVersion: 1,
    becomes: ["assignVariable"],
    takesResources: true,
    read: (node) => ({
      operator: "assignVariable",
      attributes: {},
      inputs: [node.inputs[1]],
      variables: [variableOf(node, node.inputs[0], node.inputs[1])],
    }),
  },
];
