import { asArray, asInteger, asString, isObject, type JsonObject } from "../json-fields.js";

/** A tensor of the layer graph: output `tensor` of call `call` of layer `layer`. */
export class TensorReference {
  readonly layer: string;
  readonly call: number;
  readonly tensor: number;

  constructor(layer: string, call: number, tensor: number) {
    this.layer = layer;
    this.call = call;
    this.tensor = tensor;
  }
}

/** One call of a layer: its arguments by position and by name, JSON with `TensorReference`s in the places of tensors. */
export interface InboundCall {
  readonly args: readonly unknown[];
  readonly kwargs: JsonObject;
  /** Whether it is written as Keras 3 does, as an object. */
  readonly isObject: boolean;
}

/** A call's arguments with something else in the place of each `Part`. */
export function replaceParts<Part>(
  value: unknown,
  kind: new (...parameters: never[]) => Part,
  replace: (part: Part) => unknown,
): unknown {
  if (value instanceof kind) return replace(value);
  if (Array.isArray(value)) return value.map((item) => replaceParts(item, kind, replace));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, replaceParts(item, kind, replace)]),
  );
}

/** All parts of this kind in a call's arguments, in order. */
export function partsOf<Part>(value: unknown, kind: new (...parameters: never[]) => Part): Part[] {
  const found: Part[] = [];
  replaceParts(value, kind, (part) => {
    found.push(part);
    return part;
  });
  return found;
}

function reference(value: unknown, what: string): TensorReference {
  const [layer, call, tensor] = asArray(value, what);
  return new TensorReference(
    asString(layer, `layer name in ${what}`),
    asInteger(call, 0, `node index in ${what}`),
    asInteger(tensor, 0, `tensor index in ${what}`),
  );
}

/** Whether a JSON list is `[layer, node index, tensor index]`, as lists among keyword arguments may be. */
function isReference(value: readonly unknown[], layers: ReadonlySet<string>): boolean {
  const [layer, call, tensor, ...more] = value;
  const isNamed = typeof layer === "string" && layers.has(layer);
  return isNamed && Number.isInteger(call) && Number.isInteger(tensor) && more.length <= 1;
}

/** Tensors among keyword arguments of the list form. */
function withReferences(value: unknown, layers: ReadonlySet<string>, what: string): unknown {
  if (Array.isArray(value)) {
    if (isReference(value, layers)) return reference(value, what);
    return value.map((item) => withReferences(item, layers, what));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withReferences(item, layers, what)]),
  );
}

/** Keras 2 and TF.js: a call is a list of `[layer, node index, tensor index, keyword arguments]`. */
function listForm(call: unknown, layer: string, layers: ReadonlySet<string>): InboundCall {
  const what = `inbound_nodes of layer "${layer}"`;
  const kwargs: Record<string, unknown> = {};
  const given = asArray(call, what);
  const inputs = (typeof given[0] === "string" ? [given] : given).map((item) => {
    const parts = asArray(item, what);
    if (isObject(parts[3])) Object.assign(kwargs, withReferences(parts[3], layers, what));
    return parts[0] === "_CONSTANT_VALUE" ? parts[2] : reference(parts, what);
  });
  return { args: [inputs.length === 1 ? inputs[0] : inputs], kwargs, isObject: false };
}

/** Values that Keras 3 wraps: tensors, and Python's tuples, slices and arrays. */
function unwrapped(value: unknown, what: string): unknown {
  if (Array.isArray(value)) return value.map((item) => unwrapped(item, what));
  if (!isObject(value)) return value;
  const { class_name: className, config } = value;
  if (className === "__keras_tensor__" && isObject(config)) return reference(config.keras_history, what);
  if (className === "__tuple__" && isObject(value)) return unwrapped(config ?? value.items, what);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrapped(item, what)]));
}

/** Keras 3: a call is `{args, kwargs}`, with tensors as `__keras_tensor__` objects anywhere inside. */
function objectForm(call: JsonObject, layer: string): InboundCall {
  const what = `inbound_nodes of layer "${layer}"`;
  const args = asArray(call.args, what).map((value) => unwrapped(value, what));
  const kwargs = isObject(call.kwargs) ? (unwrapped(call.kwargs, what) as JsonObject) : {};
  return { args, kwargs, isObject: true };
}

/**
 * Reads a layer's `inbound_nodes`, in either form. Throws `model-invalid`.
 *
 * @param layers names of the model's layers
 */
export function readInboundNodes(
  value: unknown,
  layer: string,
  layers: ReadonlySet<string> = new Set(),
): InboundCall[] {
  return asArray(value ?? [], `inbound_nodes of layer "${layer}"`).map((call) =>
    isObject(call) ? objectForm(call, layer) : listForm(call, layer, layers),
  );
}

/**
 * Reads `input_layers` or `output_layers`: a list of references, a single one, or references by name, which Keras takes in
 * the names' order. Throws `model-invalid`.
 */
export function readReferences(value: unknown, what: string): TensorReference[] {
  if (isObject(value)) {
    return Object.keys(value)
      .sort()
      .flatMap((name) => readReferences(value[name], what));
  }
  const list = asArray(value, what);
  if (typeof list[0] === "string") return [reference(list, what)];
  return list.flatMap((item) => readReferences(item, what));
}
