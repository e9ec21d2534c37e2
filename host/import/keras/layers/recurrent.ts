import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { reverseView, wholeView } from "../../../numerics/strided-view.js";
import { limitedShape } from "../../../ops/movement/moved.js";
import type { LayerAttributes } from "../../../ops/recurrent/layer.js";
import { assignVariable, readVariable } from "../../../ops/recurrent/variable.js";
import { productOf, scaled, sumOf } from "../../compose/arithmetic.js";
import { joined, reshaped, sliced, viewed } from "../../compose/movement.js";
import { recurrentLayer } from "../../compose/recurrent.js";
import { isObject, shown } from "../json-fields.js";
import { isTensor, type LayerBuilder, tensorsOf } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import type { Build, LayerMapping, ReadWrapped } from "./mapping.js";
import { type Cell, cellWeights, type PlacedCell, pathName, readCell, readCells } from "./recurrent-cells.js";

const layerClasses = ["LSTM", "GRU", "SimpleRNN"];

/** A recurrent layer as its config describes it, of one or several cells. */
interface Layer {
  readonly cells: readonly PlacedCell[];
  readonly timeMajor: boolean;
  readonly goesBackwards: boolean;
  readonly returnsSequences: boolean;
  readonly returnsState: boolean;
  readonly isStateful: boolean;
  /** Whether the output is 0 where the mask is false; else what it was before. */
  readonly zeroOutputs: boolean;
}

function readLayer(config: LayerConfig, className: string): Layer {
  const cells =
    className === "RNN"
      ? readCells(config)
      : [
          {
            cell: readCell(config, className),
            className,
            parts: ["", "cell", `${pathName(className)}_cell`],
          },
        ];
  return {
    cells,
    timeMajor: config.flag("time_major", false),
    goesBackwards: config.flag("go_backwards", false),
    returnsSequences: config.flag("return_sequences", false),
    returnsState: config.flag("return_state", false),
    isStateful: config.flag("stateful", false),
    zeroOutputs: config.flag("zero_output_for_mask", false),
  };
}

/** The variables in which a layer keeps its state from one run to the next, by what their names begin with. */
function stateVariables(part: LayerBuilder, { units, states }: Cell, batches: number): Tensor[] {
  limitedShape([batches, units]);
  return ["hidden", "cell"]
    .slice(0, states)
    .map((name) => part.stored(`${name} state`, [batches, units], () => new Float32Array(batches * units)));
}

/** What a call gives. */
interface Results {
  output: Tensor;
  states: Tensor[];
}

/** Time reversed. */
function reversed(layer: LayerBuilder, sequence: Tensor, timeAxis: number): Tensor {
  return viewed(layer, sequence, reverseView(wholeView(sequence.shape), timeAxis));
}

/**
 * One call of a layer in its direction.
 *
 * @param root whose weights those of the cells are part of
 * @param states initial states, all of each cell after another; none for zeros
 * @param flips whether the sequence is answered with its times the other way round than they were walked
 */
function call(
  root: LayerBuilder,
  layer: Layer,
  input: Tensor,
  states: readonly Tensor[],
  mask: Tensor | undefined,
  flips: boolean,
): Results {
  const expected = layer.cells.reduce((sum, { cell }) => sum + cell.states, 0);
  requireThat(
    states.length === 0 || states.length === expected,
    `${states.length} initial states; ${expected} are expected`,
  );
  requireThat(input.shape.length === 3, `the input has ${input.shape.length} axes; 3 are expected`);
  const timeAxis = layer.timeMajor ? 0 : 1;
  const batches = input.shape[1 - timeAxis] as number;
  const given = [...states];
  let [current, last]: [Tensor, Tensor | undefined] = [input, undefined];
  const after: Tensor[] = [];
  for (const [i, { cell, className, parts }] of layer.cells.entries()) {
    const part = root.part(parts, className, [current]);
    const variables = layer.isStateful ? stateVariables(part, cell, batches) : [];
    const own = given.splice(0, cell.states);
    const [hidden, carry] =
      own.length > 0
        ? own
        : variables.map((variable) =>
            root.node(readVariable, {}, [], { output: { shape: variable.shape }, variables: [variable] }),
          );
    const isLast = i === layer.cells.length - 1;
    // What a masked layer gives last is not its state where that began with something, or where it is 0.
    const readsLast = mask !== undefined && (layer.zeroOutputs || hidden !== undefined);
    const result = recurrentLayer(
      root,
      cell.operator,
      {
        timeMajor: layer.timeMajor,
        backwards: layer.goesBackwards,
        sequence: !isLast || layer.returnsSequences || readsLast,
        masked: layer.zeroOutputs ? "zero" : "held",
        clip: 0,
        ...cell.attributes,
      } as LayerAttributes,
      {
        input: current,
        ...cellWeights(part, cell, current.shape[2] as number),
        hidden,
        mask,
        cell: carry,
      },
    );
    const states = [result.hidden, ...(result.cell === undefined ? [] : [result.cell])];
    for (const [n, variable] of variables.entries())
      root.nodes(assignVariable, {}, [states[n]], { variables: [variable] });
    after.push(...states);
    current = result.sequence ?? result.hidden;
    last = readsLast ? lastTime(root, current, timeAxis, layer.goesBackwards) : result.hidden;
  }
  if (!layer.returnsSequences) return { output: last as Tensor, states: after };
  // The walk's results lie in the order of time; Keras has them in the order in which they were computed.
  const isReversed = layer.goesBackwards !== flips;
  return { output: isReversed ? reversed(root, current, timeAxis) : current, states: after };
}

/** The hidden state of the time that was walked last. */
function lastTime(layer: LayerBuilder, sequence: Tensor, timeAxis: number, isBackwards: boolean): Tensor {
  const at = isBackwards ? 0 : (sequence.shape[timeAxis] as number) - 1;
  const part = sliced(layer, sequence, timeAxis, at, 1);
  return reshaped(
    layer,
    part,
    part.shape.filter((_, axis) => axis !== timeAxis),
  );
}

/** Input, initial states and mask of a call: of Keras 2, the states follow the input. */
function argumentsOf(layer: LayerBuilder): { input: Tensor; states: Tensor[]; mask: Tensor | undefined } {
  const [input, ...following] = layer.inputs;
  if (input === undefined) throw new NotRunnable("the layer is applied to nothing");
  const mask = layer.argument("mask");
  layer.refuseArgument("constants", "is not supported");
  return {
    input,
    states: following.length > 0 ? following : tensorsOf(layer.argument("initial_state")),
    mask: isTensor(mask) ? mask : undefined,
  };
}

function read(config: LayerConfig, className: string): Build {
  const own = readLayer(config, className);
  return (layer) => {
    const { input, states, mask } = argumentsOf(layer);
    const results = call(layer, own, input, states, mask, false);
    return own.returnsState ? [results.output, ...results.states] : results.output;
  };
}

/** How the results of both directions become one. */
const merges: Readonly<Record<string, (layer: LayerBuilder, first: Tensor, second: Tensor) => Tensor>> = {
  concat: (layer, first, second) => joined(layer, [first, second], first.shape.length - 1),
  sum: sumOf,
  mul: productOf,
  ave: (layer, first, second) => scaled(layer, sumOf(layer, first, second), 0.5),
};

function readBidirectional(config: LayerConfig, _: string, wrapped: ReadWrapped): Build {
  const forward = wrapped("layer");
  const backward = config.raw("backward_layer") === undefined ? forward : wrapped("backward_layer");
  for (const { className } of [forward, backward])
    if (![...layerClasses, "RNN"].includes(className))
      config.refuse(`it wraps a ${className}, which has no direction`);
  const mode = config.has("merge_mode") ? config.raw("merge_mode") : "concat";
  const merge = typeof mode === "string" && Object.hasOwn(merges, mode) ? merges[mode] : undefined;
  config.expect(
    merge !== undefined || mode === undefined,
    `merge_mode ${shown(mode)} is not supported; ${Object.keys(merges).join(", ")} and null are`,
  );
  if (config.refusals.length > 0) return () => [];
  const first = readLayer(forward.config, forward.className);
  const second = readLayer(backward.config, backward.className);
  const isOwn = backward !== forward;
  const directions = [
    { layer: first, names: namesOf("forward", forward.name, forward.className) },
    {
      layer: isOwn ? second : { ...second, goesBackwards: !first.goesBackwards },
      names: namesOf("backward", backward.name, backward.className),
    },
  ];
  return (layer) => {
    const { input, states, mask } = argumentsOf(layer);
    const half = states.length / 2;
    requireThat(
      Number.isInteger(half),
      `${states.length} initial states; as many for each direction are expected`,
    );
    const [one, other] = directions.map(({ layer: own, names }, i) =>
      call(
        layer.part(names, "", [input]),
        { ...own, zeroOutputs: own.returnsSequences },
        input,
        states.slice(i * half, (i + 1) * half),
        mask,
        i === 1,
      ),
    ) as [Results, Results];
    const outputs =
      merge === undefined ? [one.output, other.output] : [merge(layer, one.output, other.output)];
    return first.returnsState ? [...outputs, ...one.states, ...other.states] : outputs;
  };
}

/** What containers call a direction of a layer of that name. */
function namesOf(direction: string, name: string, className: string): string[] {
  const full = name.startsWith(`${direction}_`) ? name : `${direction}_${name}`;
  return [`${direction}_layer`, full, name, `${direction}_${pathName(className)}`];
}

/** Whether a layer answers all times; of two directions, what it wraps says so. */
function isSequence(config: LayerConfig): boolean {
  const wrapped = config.raw("layer");
  const own = isObject(wrapped) ? wrapped.config : undefined;
  return isObject(own) ? own.return_sequences === true : config.flag("return_sequences", false);
}

/** What all layers of this kind have in common. */
const shared = {
  inputs: "several",
  parameters: ["sequences", "initial_state", "mask", "constants"],
  mask: "takes",
  passesMask: isSequence,
} as const;

/** Layers that walk through the times of a sequence. */
export const recurrentLayers: readonly LayerMapping[] = [
  { classNames: [...layerClasses, "RNN"], ...shared, read },
  { classNames: ["Bidirectional"], ...shared, read: readBidirectional },
];
