import { WasmoteError } from "../../errors.js";
import { asArray, asInteger, asString, isObject, shown } from "./json-fields.js";

/** A tensor of the layer graph: output `tensor` of call `call` of layer `layer`. */
export interface TensorReference {
  readonly layer: string;
  readonly call: number;
  readonly tensor: number;
}

/** One call of a layer: the tensors it is applied to, and arguments other than tensors that are not null. */
export interface InboundCall {
  readonly tensors: readonly TensorReference[];
  readonly extras: readonly string[];
}

function reference(value: unknown, what: string): TensorReference {
  const [layer, call, tensor] = asArray(value, what);
  return {
    layer: asString(layer, `layer name in ${what}`),
    call: asInteger(call, 0, `node index in ${what}`),
    tensor: asInteger(tensor, 0, `tensor index in ${what}`),
  };
}

function extraArguments(value: unknown): string[] {
  if (!isObject(value)) return [];
  return Object.entries(value)
    .filter(([name, given]) => given !== null && name !== "training")
    .map(([name]) => name);
}

/** Keras 2 and TF.js: a call is a list of `[layer, node index, tensor index, keyword arguments]`. */
function listForm(call: unknown, layer: string): InboundCall {
  const what = `inbound_nodes of layer "${layer}"`;
  const extras: string[] = [];
  const given = asArray(call, what);
  const tensors = (typeof given[0] === "string" ? [given] : given).flatMap((item) => {
    const parts = asArray(item, what);
    extras.push(...extraArguments(parts[3]));
    if (parts[0] !== "_CONSTANT_VALUE") return [reference(parts, what)];
    extras.push("constant");
    return [];
  });
  return { tensors, extras };
}

/** Keras 3: a call is `{args, kwargs}`, with tensors as `__keras_tensor__` objects anywhere inside `args`. */
function objectForm(call: Readonly<Record<string, unknown>>, layer: string): InboundCall {
  const what = `inbound_nodes of layer "${layer}"`;
  const extras = extraArguments(call.kwargs);
  const tensors: TensorReference[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
    } else if (isObject(value) && value.class_name === "__keras_tensor__" && isObject(value.config)) {
      tensors.push(reference(value.config.keras_history, what));
    } else if (value !== null) {
      extras.push(`argument ${shown(value)}`);
    }
  };
  visit(asArray(call.args, what));
  return { tensors, extras };
}

/** Reads a layer's `inbound_nodes`, in either form. Throws `model-invalid`. */
export function readInboundNodes(value: unknown, layer: string): InboundCall[] {
  return asArray(value ?? [], `inbound_nodes of layer "${layer}"`).map((call) =>
    isObject(call) ? objectForm(call, layer) : listForm(call, layer),
  );
}

/** Reads `input_layers` or `output_layers`: a list of references, or a single one. Throws `model-invalid`. */
export function readReferences(value: unknown, what: string): TensorReference[] {
  if (isObject(value)) {
    throw new WasmoteError(
      "model-invalid",
      `${what} is ${shown(value)}; a list of [layer, node, tensor] is expected`,
    );
  }
  const list = asArray(value, what);
  return (typeof list[0] === "string" ? [list] : list).map((item) => reference(item, what));
}
