import { type Refusal, WasmoteError } from "../../../errors.js";
import { maxRank } from "../../../graph/limits.js";
import type { DType, Tensor } from "../../../graph/tensor.js";
import type { ImportOptions, OpenDimension } from "../../imported.js";
import { asObject, asString, isObject, type JsonObject, shown } from "../../json-fields.js";
import { OpenLengths } from "../../open-lengths.js";
import { dtypeOf, shapeOf, typeName } from "./attributes.js";
import { type GraphDef, parseReference, type Reference } from "./graph-def.js";

/** An input or output of a model. */
export interface End {
  /** What users call it: its key in the signature, or the node's name. */
  readonly name: string;
  readonly reference: Reference;
  /** What the signature says of its type, if anything. */
  readonly dtype?: unknown;
  readonly shape?: (number | undefined)[] | undefined;
}

/** Inputs and outputs of a graph model. */
export interface Ends {
  readonly inputs: readonly End[];
  readonly outputs: readonly End[];
}

function endsOf(value: unknown, what: string): End[] {
  const ends = value === undefined || value === null ? {} : asObject(value, what);
  return Object.entries(ends).flatMap(([key, info]) => {
    const { name, dtype, tensorShape } = asObject(info, `${what}.${shown(key)}`);
    // A table that the model looks things up in, which is no tensor.
    if (typeName(dtype) === "DT_RESOURCE") return [];
    const reference = parseReference(asString(name, `name of ${what}.${shown(key)}`));
    const shape = tensorShape === undefined ? undefined : shapeOf(tensorShape, `shape of ${shown(key)}`);
    return [{ name: key.replace(/:0$/, ""), reference, dtype, shape }];
  });
}

/**
 * Inputs and outputs as the signature states them, which older files have in their user-defined metadata. Without one inputs
 * are the placeholders, and outputs what no node reads, as TF.js has it.
 */
export function readEnds(json: JsonObject, { nodes }: GraphDef): Ends {
  const metadata = isObject(json.userDefinedMetadata) ? json.userDefinedMetadata : {};
  const signature = json.signature ?? metadata.signature;
  const { inputs, outputs } = isObject(signature) ? signature : ({} as JsonObject);
  const stated = {
    inputs: endsOf(inputs, "signature.inputs"),
    outputs: endsOf(outputs, "signature.outputs"),
  };
  const endOf = (node: string): End => ({ name: node, reference: { node, output: 0 } });
  const all = [...nodes.values()];
  const read = new Set(all.flatMap((node) => node.inputs.map((input) => input.node)));
  const placeholders = all.filter(({ operator }) => operator === "Placeholder");
  const last = all.filter(
    ({ name, operator }) => !read.has(name) && !/^(Placeholder|NoOp|Assert)/.test(operator),
  );
  return {
    inputs: stated.inputs.length > 0 ? stated.inputs : placeholders.map(({ name }) => endOf(name)),
    outputs: stated.outputs.length > 0 ? stated.outputs : last.map(({ name }) => endOf(name)),
  };
}

/** Inputs as tensors, by their nodes; what the file leaves open of their lengths; refusals of those that cannot be. */
export interface ModelInputs {
  readonly tensors: ReadonlyMap<string, Tensor | undefined>;
  readonly openDims: readonly OpenDimension[];
  readonly refusals: readonly Refusal[];
}

/**
 * The tensors of a model's inputs. An open batch is 1; other open lengths are given as `INPUT:AXIS`.
 *
 * @throws `model-open` where lengths are open that nobody has given, `model-invalid`, `model-too-large`
 */
export function readInputs({ inputs }: Ends, { nodes }: GraphDef, options: ImportOptions): ModelInputs {
  const tensors = new Map<string, Tensor | undefined>();
  const refusals: Refusal[] = [];
  const open = new OpenLengths(options);
  for (const { name, reference, dtype: stated, shape: known } of inputs) {
    const node = nodes.get(reference.node);
    if (node === undefined)
      throw new WasmoteError(
        "model-invalid",
        `input ${shown(name)} names node ${shown(reference.node)}, which is missing`,
      );
    const type = stated ?? node.attributes.typeName("dtype");
    const dtype = inputDtype(type);
    const shape = known ?? node.attributes.shape("shape");
    const refuse = (reason: string): void => {
      refusals.push({ node: name, operator: node.operator, reason });
    };
    if (dtype === undefined) refuse(`the input is of ${typeName(type)}, which is not supported`);
    if (shape === undefined) refuse("the input's number of axes is not known");
    if (shape !== undefined && shape.length > maxRank)
      throw new WasmoteError(
        "model-too-large",
        `input ${shown(name)} has ${shape.length} axes; up to ${maxRank} are taken`,
      );
    const lengths = (shape ?? []).map((length, axis) =>
      length !== undefined && length > 0 ? length : open.length(name, axis, axis === 0),
    );
    const isWhole = dtype !== undefined && shape !== undefined;
    tensors.set(node.name, isWhole ? { name, dtype, shape: lengths } : undefined);
  }
  open.requireClosed();
  return { tensors, refusals, openDims: open.fixed };
}

/** An input's element type: bytes of pictures stay bytes. */
function inputDtype(type: unknown): DType | undefined {
  return typeName(type) === "DT_UINT8" ? "uint8" : dtypeOf(type);
}
