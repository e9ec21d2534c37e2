import { type Refusal, UnsupportedModelError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Node } from "../graph/node.js";

/**
 * Reads a file that a model refers to (a weights shard) and that takes up to `limit` bytes. Throws `file-unreadable`, and
 * `file-too-large` for a larger one, best before it is read.
 */
export type ReadFile = (path: string, limit?: number) => Uint8Array;

/** What the user decides of what a model leaves open. */
export interface ImportOptions {
  /** Lengths of dimensions that the file gives names instead of numbers. An open batch is 1 by default. */
  readonly dims?: Readonly<Record<string, number>>;
  /**
   * Axes of the model's inputs and outputs: as the file has them by default; `nhwc` puts the second axis of those that
   * have four last, which is how cameras deliver pictures.
   */
  readonly layout?: "nhwc";
}

/** A length that a model's file leaves open, and what it was fixed to. */
export interface OpenDimension {
  /** Its name in the file, or `INPUT:AXIS` where it has none; by this name `ImportOptions.dims` gives it. */
  name: string;
  /** The input that it is an axis of. */
  input: string;
  axis: number;
  length: number;
}

/** How the command line gives a dimension of that name its length: names of exporters may need quotes. */
export function dimArgument(name: string): string {
  const text = `${name}=LENGTH`;
  return `--dim ${/^[\w.:/=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`}`;
}

/** A node as the file has it. Its tensors are told by names, which connect it with others. */
export interface OutlineNode {
  readonly name: string;
  /** What the file calls the operator. */
  readonly operator: string;
  /** "" for an input that is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** The nodes of a file as far as they were read, and the names of the tensors that are the model's inputs and outputs. */
export interface Outline {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** In an order in which they run. */
  readonly nodes: readonly OutlineNode[];
}

/** A model as far as it could be read. */
export interface Imported {
  name: string;
  /**
   * The graph. A node that is refused is in it under the file's own operator, which no table knows; undefined where what
   * is refused leaves no graph at all.
   */
  graph: Graph | undefined;
  /** What cannot be run, in the order of the file. */
  refusals: readonly Refusal[];
  /** The nodes by operator, as the file calls them (`CONV_2D`, `Conv2D`), in the order of the file. */
  operators: readonly { operator: string; nodes: number }[];
  /** What a picture shows of a model that has no graph; absent where a format's models always have one. */
  outline?: Outline;
  /** What the file calls the operator of a node of the graph. */
  operatorOf(node: Node): string;
  /** Lengths that the file leaves open; absent where its format leaves none to be chosen. */
  openDims?: readonly OpenDimension[];
  /** Names of the inputs and outputs whose axes `ImportOptions.layout` has moved; absent where a format has no such. */
  laidOut?: readonly string[];
}

/** The graph of a model that can be run whole. Throws `model-unsupported` with everything that is refused. */
export function requireGraph({ graph, refusals }: Pick<Imported, "graph" | "refusals">): Graph {
  if (refusals.length > 0 || graph === undefined) throw new UnsupportedModelError(refusals);
  return graph;
}

/** Does work on the graph of a model. What that refuses is told in the file's own words. */
export async function inWordsOf<T>({ graph, operatorOf }: Imported, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnsupportedModelError)) throw error;
    const nodes = new Map((graph?.nodes ?? []).map((node) => [node.name, node]));
    const refusals = error.refusals.map((refusal) => {
      const node = nodes.get(refusal.node);
      return { ...refusal, operator: node === undefined ? refusal.operator : operatorOf(node) };
    });
    throw new UnsupportedModelError(refusals, error.place);
  }
}

/** How often each name occurs, in the order in which they occur first. */
export function countOperators(names: readonly string[]): { operator: string; nodes: number }[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([operator, nodes]) => ({ operator, nodes }));
}
