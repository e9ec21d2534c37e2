import { WasmoteError } from "../../../errors.js";
import { maxNameBytes, maxNodes } from "../../../graph/limits.js";
import { asArray, asObject, asString, isObject, type JsonObject, shown } from "../../json-fields.js";
import { Attributes } from "./attributes.js";

/** Nodes of a file, those of its functions and constants among them. */
const maxFileNodes = 16 * maxNodes;

/** Inputs of all nodes of a file together. */
const maxFileInputs = 8 * maxFileNodes;

/** An output of a node: its number, or in functions the name of a list of outputs, and a number in that. */
export interface Reference {
  readonly node: string;
  readonly output: number;
  readonly list?: string;
}

/** A node of a graph, `NodeDef`. */
export interface GraphNode {
  readonly name: string;
  /** Name of TensorFlow's operator: "Conv2D". */
  readonly operator: string;
  readonly inputs: readonly Reference[];
  /** Nodes that have to run before this one. */
  readonly controls: readonly string[];
  readonly attributes: Attributes;
}

/** Nodes by their names. */
export type Nodes = ReadonlyMap<string, GraphNode>;

/** A function of a graph's library, `FunctionDef`. */
export interface GraphFunction {
  readonly name: string;
  /** Names that its nodes know the arguments by. */
  readonly inputs: readonly string[];
  readonly outputs: readonly Reference[];
  readonly nodes: Nodes;
}

/** A graph and its functions, `GraphDef`. */
export interface GraphDef {
  readonly nodes: Nodes;
  readonly functions: ReadonlyMap<string, GraphFunction>;
}

/** "node", "node:1", or in functions "node:list:1". */
export function parseReference(text: string): Reference {
  const parts = text.split(":");
  const [node = "", list, number] = parts;
  if (parts.length === 1) return { node, output: 0 };
  const output = Number(parts.at(-1));
  if (node === "" || parts.length > 3 || !Number.isSafeInteger(output) || output < 0)
    throw new WasmoteError("model-invalid", `${shown(text)} names no output of a node`);
  return number === undefined ? { node, output } : { node, output, list: list as string };
}

class GraphDefReader {
  private nodeCount = 0;
  private inputCount = 0;

  /** @param json a `GraphDef` */
  graph(json: JsonObject): GraphDef {
    const nodes = this.nodes(json.node, "modelTopology.node");
    const library = isObject(json.library) ? json.library : {};
    const functions = asArray(library.function ?? [], "modelTopology.library.function").map((own) =>
      this.function(asObject(own, "a function")),
    );
    return { nodes, functions: new Map(functions.map((own) => [own.name, own])) };
  }

  private nodes(value: unknown, what: string): Nodes {
    const written = asArray(value, what);
    this.nodeCount += written.length;
    if (this.nodeCount > maxFileNodes)
      throw new WasmoteError(
        "model-too-large",
        `${this.nodeCount} nodes in the file; up to ${maxFileNodes} are read`,
      );
    const nodes = new Map<string, GraphNode>();
    for (const entry of written) {
      const node = this.node(asObject(entry, "a node"));
      if (nodes.has(node.name))
        throw new WasmoteError("model-invalid", `two nodes are named ${shown(node.name)}`);
      nodes.set(node.name, node);
    }
    return nodes;
  }

  private node(json: JsonObject): GraphNode {
    const name = nameOf(json.name, "name of a node");
    const operator = nameOf(json.op, `operator of node ${shown(name)}`);
    const place = { node: name, operator };
    const written = asArray(json.input ?? [], "inputs", place).map((input) =>
      asString(input, "an input", place),
    );
    this.inputCount += written.length;
    if (this.inputCount > maxFileInputs)
      throw new WasmoteError("model-too-large", `its nodes have more than ${maxFileInputs} inputs`);
    return {
      name,
      operator,
      inputs: written.filter((input) => !input.startsWith("^")).map(parseReference),
      controls: written.filter((input) => input.startsWith("^")).map((input) => input.slice(1)),
      attributes: new Attributes(asObject(json.attr ?? {}, "attributes", place), place),
    };
  }

  private function(json: JsonObject): GraphFunction {
    const signature = asObject(json.signature, "signature of a function");
    const name = nameOf(signature.name, "name of a function");
    const names = (value: unknown, what: string): string[] =>
      asArray(value ?? [], `${what} of function ${shown(name)}`).map((own) =>
        nameOf(asObject(own, `one of ${what}`).name, `name of one of ${what}`),
      );
    const results = asObject(json.ret ?? {}, `results of function ${shown(name)}`);
    const outputs = names(signature.outputArg, "the results").map((output) =>
      parseReference(asString(results[output], `result ${shown(output)} of function ${shown(name)}`)),
    );
    const nodes = this.nodes(json.nodeDef ?? [], `nodes of function ${shown(name)}`);
    return { name, inputs: names(signature.inputArg, "the arguments"), outputs, nodes };
  }
}

function nameOf(value: unknown, what: string): string {
  const name = asString(value, what);
  if (name.length <= maxNameBytes) return name;
  throw new WasmoteError(
    "model-too-large",
    `${what} has ${name.length} characters; up to ${maxNameBytes} are taken`,
  );
}

/**
 * Reads a `GraphDef` as JSON. Throws `model-invalid`, `model-too-large`.
 *
 * Source: TensorFlow's graph.proto, node_def.proto, function.proto in the JSON of Protocol Buffers.
 */
export function readGraphDef(json: JsonObject): GraphDef {
  return new GraphDefReader().graph(json);
}
