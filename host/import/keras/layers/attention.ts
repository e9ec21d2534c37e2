import { requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import { logistic } from "../../../ops/elementwise/logistic.js";
import { tanh } from "../../../ops/elementwise/tanh.js";
import { batchMatmul } from "../../../ops/matrix/batch-matmul.js";
import { sum } from "../../../ops/reduction/reduce.js";
import { softmax } from "../../../ops/reduction/softmax.js";
import { productOf, scaled, sumOf } from "../../compose/arithmetic.js";
import { expanded, positiveAxes } from "../../compose/axes.js";
import { reshaped, transposed } from "../../compose/movement.js";
import { repeated } from "../../compose/nearest.js";
import type { GraphWriter } from "../../graph-writer.js";
import { isTensor, type LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import { masked } from "./activation.js";
import { projected } from "./dense.js";
import type { Build, LayerMapping } from "./mapping.js";

/** What is added to scores that must not count. */
const away = -1e9;

/** Scores of queries by keys without those that a rule of their positions leaves out. */
function allowed(
  write: GraphWriter,
  scores: Tensor,
  isAllowed: (query: number, key: number) => boolean,
): Tensor {
  const [queries, keys] = scores.shape.slice(-2) as [number, number];
  const data = Float32Array.from({ length: queries * keys }, (_, i) =>
    isAllowed(Math.floor(i / keys), i % keys) ? 0 : away,
  );
  return sumOf(write, scores, write.constant(data, [queries, keys], "float32"));
}

/** No query sees what comes after it. */
const isPast = (query: number, key: number): boolean => key <= query;

/** Queries [..., T, d] by keys [..., S, d]: [..., T, S]. */
export function dotScores(write: GraphWriter, queries: Tensor, keys: Tensor): Tensor {
  return write.node(batchMatmul, { transposeFirst: false, transposeSecond: true }, [queries, keys]);
}

/** The average of values [..., S, d] by the softmax of scores [..., T, S]; and that softmax. */
export function attended(
  write: GraphWriter,
  scores: Tensor,
  values: Tensor,
): { output: Tensor; weights: Tensor } {
  const weights = write.node(softmax, { beta: 1 }, [scores]);
  const output = write.node(batchMatmul, { transposeFirst: false, transposeSecond: false }, [
    weights,
    values,
  ]);
  return { output, weights };
}

/** The layer's outputs: with the softmax of the scores where the call asks for it. */
function outputsOf(layer: LayerBuilder, output: Tensor, scores: Tensor): Tensor[] {
  return layer.argument("return_attention_scores") === true ? [output, scores] : [output];
}

/** Sums of `tanh(scale * (query + key))` over the last axis, each number of it times a factor first. */
function additiveScores(
  write: GraphWriter,
  queries: Tensor,
  keys: Tensor,
  inner: Tensor | undefined,
  factor: Tensor | undefined,
): Tensor {
  const pairs = sumOf(write, expanded(write, queries, [2]), expanded(write, keys, [1]));
  const bent = write.node(tanh, {}, [inner === undefined ? pairs : productOf(write, pairs, inner)]);
  const weighted = factor === undefined ? bent : productOf(write, bent, factor);
  return write.node(sum, { axes: [3], keepDims: false }, [weighted]);
}

/** A weight that the layer has by its config. */
function found(
  layer: LayerBuilder,
  names: readonly string[],
  shape: readonly number[],
): (Tensor | undefined)[] {
  const weights = layer.weights(names.map((name) => ({ name, shape })));
  return names.map((name, i) => layer.weight(name, weights[i]));
}

/** Attention of one head without projections; `scores` tells queries by keys. */
function plainAttention(scores: (layer: LayerBuilder, queries: Tensor, keys: Tensor) => Tensor): Build {
  return (layer) => {
    const [queries, values, keys = values] = layer.inputs;
    requireThat(
      queries !== undefined && values !== undefined && keys !== undefined,
      `the layer has ${layer.inputs.length} inputs; query and value, or query, value and key are expected`,
    );
    layer.refuseArgument("mask", "is not supported");
    for (const { shape } of [queries, values, keys])
      requireThat(shape.length === 3, `an input has ${shape.length} axes; 3 are expected`);
    const all = scores(layer, queries, keys);
    const isCausal = layer.argument("use_causal_mask") === true;
    const { output, weights } = attended(layer, isCausal ? allowed(layer, all, isPast) : all, values);
    return outputsOf(layer, output, weights);
  };
}

function attention(config: LayerConfig): Build {
  const isScaled = config.flag("use_scale", false);
  const mode = config.oneOf("score_mode", ["dot", "concat"], "dot");
  const isCausal = config.flag("causal", false);
  const names = [...(isScaled ? ["scale"] : []), ...(mode === "concat" ? ["concat_score_weight"] : [])];
  return plainAttention((layer, queries, keys) => {
    const [first, second] = found(layer, names, []);
    const scale = isScaled ? first : undefined;
    const factor = isScaled ? second : first;
    const scores =
      mode === "concat"
        ? additiveScores(layer, queries, keys, scale, factor)
        : dotScores(layer, scale === undefined ? queries : productOf(layer, queries, scale), keys);
    return isCausal ? allowed(layer, scores, isPast) : scores;
  });
}

function additiveAttention(config: LayerConfig): Build {
  const isScaled = config.flag("use_scale", true);
  const isCausal = config.flag("causal", false);
  return plainAttention((layer, queries, keys) => {
    const [scale] = isScaled ? found(layer, ["scale"], [queries.shape.at(-1) as number]) : [];
    const scores = additiveScores(layer, queries, keys, undefined, scale);
    return isCausal ? allowed(layer, scores, isPast) : scores;
  });
}

/** What the heads of an attention are. */
interface Heads {
  readonly queries: number;
  readonly keys: number;
  readonly keyLength: number;
  readonly valueLength: number;
}

/** Axes of an input with heads, [batch, ..., heads, length], in the order in which they attend. */
class AttentionAxes {
  private readonly attended: readonly number[];
  private readonly others: readonly number[];

  constructor(given: readonly number[] | undefined, rank: number) {
    const middle = Array.from({ length: rank - 2 }, (_, i) => i + 1);
    this.attended = given === undefined ? middle : positiveAxes(given, rank);
    this.others = middle.filter((axis) => !this.attended.includes(axis));
    requireThat(
      this.attended.length > 0 && this.attended.every((axis) => middle.includes(axis)),
      `attention_axes [${given}] of an input of ${rank} axes are not supported`,
    );
  }

  private order(rank: number): number[] {
    return [0, ...this.others, rank - 2, ...this.attended, rank - 1];
  }

  /** [batch, ..., heads, length] as [batch, others, heads, positions, length]. */
  rows(write: GraphWriter, input: Tensor): Tensor {
    const { shape } = input;
    const moved = transposed(write, input, this.order(shape.length));
    const leading = moved.shape.slice(0, this.others.length + 2);
    return reshaped(write, moved, [...leading, this.positions(shape), shape.at(-1) as number]);
  }

  private positions(shape: readonly number[]): number {
    return elementCount(this.lengths(shape));
  }

  /** Lengths of the axes that attend. */
  lengths(shape: readonly number[]): number[] {
    return this.attended.map((axis) => shape[axis] as number);
  }

  /** The reverse of `rows`, for one whose axes that attend have these lengths. */
  back(write: GraphWriter, rows: Tensor, lengths: readonly number[]): Tensor {
    const leading = rows.shape.slice(0, this.others.length + 2);
    const spread = reshaped(write, rows, [...leading, ...lengths, rows.shape.at(-1) as number]);
    const order = this.order(spread.shape.length);
    return transposed(
      write,
      spread,
      order.map((_, axis) => order.indexOf(axis)),
    );
  }

  /** A mask [batch, queries, keys] as one that broadcasts to scores. */
  mask(write: GraphWriter, mask: Tensor, scores: Tensor): Tensor {
    const [queries, keys] = scores.shape.slice(-2) as [number, number];
    const batches = elementCount(mask.shape) / (queries * keys);
    requireThat(batches === 1 || batches === scores.shape[0], `a mask [${mask.shape}] is not supported`);
    return reshaped(write, mask, [batches, ...this.others.map(() => 1), 1, queries, keys]);
  }
}

/** Several heads that attend, with projections before and behind (Vaswani et al. 2017). */
function headedAttention(config: LayerConfig, heads: Heads): Build {
  const useBias = config.flag("use_bias", true);
  const isGated = config.flag("use_gate", false);
  const axesGiven = config.raw("attention_axes");
  const given =
    axesGiven === undefined
      ? undefined
      : config.asIntegers("attention_axes", Array.isArray(axesGiven) ? axesGiven : [axesGiven], -32);
  const window = config.raw("sliding_window") === undefined ? undefined : config.integer("sliding_window", 1);
  const shapeGiven = config.raw("output_shape");
  const outputShape =
    shapeGiven === undefined
      ? undefined
      : config.asIntegers("output_shape", Array.isArray(shapeGiven) ? shapeGiven : [shapeGiven], 1);
  const bias = (letters: string): string => (useBias ? letters : "");
  return (layer) => {
    const query = layer.input;
    const value = layer.argument("value");
    const key = layer.argument("key") ?? value;
    requireThat(isTensor(value) && isTensor(key), "the call has no value");
    for (const name of ["query_mask", "value_mask", "key_mask"])
      layer.refuseArgument(name, "is not supported");
    const project = (name: string, input: Tensor, count: number, length: number): Tensor => {
      const part = layer.part([name, `${name}_dense`], "EinsumDense", [input]);
      const kernel = [input.shape.at(-1) as number, count, length];
      return projected(part, input, "...d,dnh->...nh", kernel, bias("nh"));
    };
    const axes = new AttentionAxes(given, query.shape.length);
    const queries = project("query", query, heads.queries, heads.keyLength);
    const repeats = heads.queries / heads.keys;
    requireThat(Number.isInteger(repeats), `${heads.queries} heads do not share ${heads.keys}`);
    const many = (input: Tensor) => repeated(layer, input, input.shape.length - 2, repeats);
    const keys = axes.rows(layer, many(project("key", key, heads.keys, heads.keyLength)));
    const values = axes.rows(layer, many(project("value", value, heads.keys, heads.valueLength)));
    const weighted = scaled(layer, axes.rows(layer, queries), 1 / Math.sqrt(heads.keyLength));
    let scores = dotScores(layer, weighted, keys);
    const mask = layer.argument("attention_mask");
    if (isTensor(mask)) scores = masked(layer, scores, axes.mask(layer, mask, scores));
    if (layer.argument("use_causal_mask") === true) scores = allowed(layer, scores, isPast);
    if (window !== undefined) scores = allowed(layer, scores, (i, j) => Math.abs(i - j) < window);
    const { output, weights } = attended(layer, scores, values);
    const lengths = axes.lengths(query.shape);
    const plain = axes.back(layer, output, lengths);
    const gated = isGated
      ? productOf(
          layer,
          plain,
          layer.node(logistic, {}, [project("gate", query, heads.queries, heads.valueLength)]),
        )
      : plain;
    const part = layer.part(["attention_output", "output_dense"], "EinsumDense", [gated]);
    const to = outputShape ?? [query.shape.at(-1) as number];
    const letters = "xyzuvw".slice(0, to.length);
    const kernel = [heads.queries, heads.valueLength, ...to];
    const result = projected(part, gated, `...nh,nh${letters}->...${letters}`, kernel, bias(letters));
    const spread = [...weights.shape.slice(0, -2), ...lengths, ...axes.lengths(value.shape)];
    return outputsOf(layer, result, reshaped(layer, weights, spread));
  };
}

function multiHeadAttention(config: LayerConfig): Build {
  const queries = config.integer("num_heads", 1);
  const keyLength = config.integer("key_dim", 1);
  const valueLength = config.integer("value_dim", 1, keyLength);
  return headedAttention(config, { queries, keys: queries, keyLength, valueLength });
}

function groupedQueryAttention(config: LayerConfig): Build {
  const length = config.integer("head_dim", 1);
  return headedAttention(config, {
    queries: config.integer("num_query_heads", 1),
    keys: config.integer("num_key_value_heads", 1),
    keyLength: length,
    valueLength: length,
  });
}

const plainParameters = ["inputs", "mask", "return_attention_scores", "use_causal_mask"];
const headedParameters = [
  "query",
  "value",
  "key",
  "query_mask",
  "value_mask",
  "key_mask",
  "attention_mask",
  "return_attention_scores",
  "use_causal_mask",
];

/** Layers that attend. */
export const attentionLayers: readonly LayerMapping[] = [
  {
    classNames: ["Attention"],
    inputs: "several",
    parameters: plainParameters,
    mask: "reads",
    read: attention,
  },
  {
    classNames: ["AdditiveAttention"],
    inputs: "several",
    parameters: plainParameters,
    mask: "reads",
    read: additiveAttention,
  },
  {
    classNames: ["MultiHeadAttention"],
    parameters: headedParameters,
    mask: "reads",
    read: multiHeadAttention,
  },
  {
    classNames: ["GroupQueryAttention", "GroupedQueryAttention"],
    parameters: headedParameters,
    mask: "reads",
    read: groupedQueryAttention,
  },
];
