import { decode } from "cborg";
import { maxManifestBytes, maxMemoryBytes } from "../abi/limits.js";
import { WasmoteError } from "../errors.js";
import { maxEnds, maxRank } from "../graph/limits.js";
import { type DType, elementBytes, integerRange, tensorBytes } from "../graph/tensor.js";
import {
  bytes,
  count,
  fields,
  finiteNumber,
  integer,
  list,
  oneOf,
  optional,
  positiveCount,
  positiveNumber,
  refuseField,
  text,
} from "./fields.js";
import {
  type Manifest,
  type ManifestStep,
  type ManifestTensor,
  type ManifestVariable,
  manifestVersion,
  type PixelNormalization,
} from "./manifest.js";

/** Most that a manifest may list: far above what a microcontroller's model has. */
const most = {
  rank: maxRank,
  tensors: maxEnds,
  labels: 65_536,
  channels: 65_536,
  steps: 65_536,
  imports: 256,
  kernels: 64,
};

const dtypes = Object.keys(elementBytes) as DType[];

const tensorFields = fields<ManifestTensor>({
  name: text,
  dtype: oneOf(dtypes),
  shape: list(positiveCount, most.rank),
  address: count,
  scale: optional(positiveNumber),
  zeroPoint: optional(integer),
  halves: optional(oneOf(["even"] as const)),
  labels: optional(list(text, most.labels)),
  texts: optional(list(text, most.labels)),
  interface: optional(oneOf(dtypes)),
  pixels: optional(
    fields<PixelNormalization>({
      mean: list(finiteNumber, most.channels),
      std: list(positiveNumber, most.channels),
    }),
  ),
  sampleRate: optional(positiveCount),
});

const importNames = list(text, most.imports);

const manifestFields = fields<Manifest>({
  version: count,
  name: text,
  inputs: list(tensorFields, most.tensors),
  outputs: list(tensorFields, most.tensors),
  variables: optional(
    list(
      fields<ManifestVariable>({
        name: text,
        dtype: oneOf(dtypes),
        shape: list(positiveCount, most.rank),
        address: count,
      }),
      most.tensors,
    ),
  ),
  memoryBytes: positiveCount,
  steps: list(
    fields<ManifestStep>({ name: text, operator: text, macs: count, weightBytes: count }),
    most.steps,
  ),
  imports: fields<Manifest["imports"]>({ required: importNames, optional: importNames }),
  kernels: optional(list(bytes(32), most.kernels)),
});

/**
 * Reads the contents of the section `wasmote.manifest`; nothing in it is believed. Fields that are unknown are left out.
 *
 * @throws `module-invalid`, `module-newer`, and `memory-exceeded` where it asks for more than a model may have
 */
export function readManifest(section: Uint8Array): Manifest {
  if (section.length > maxManifestBytes) {
    throw new WasmoteError("module-invalid", `its manifest has ${section.length} bytes`);
  }
  const found = decoded(section);
  const { version } = fields<{ version: number }>({ version: count })(found, "");
  if (version > manifestVersion) {
    throw new WasmoteError("module-newer", `format ${version}; up to ${manifestVersion} is known here`);
  }
  const manifest = manifestFields(found, "");
  if (manifest.memoryBytes > maxMemoryBytes) {
    throw new WasmoteError("memory-exceeded", `${manifest.memoryBytes} bytes; at most ${maxMemoryBytes}`);
  }
  for (const [i, tensor] of manifest.inputs.entries()) checkTensor(tensor, manifest, `inputs[${i}]`);
  for (const [i, tensor] of manifest.outputs.entries()) checkTensor(tensor, manifest, `outputs[${i}]`);
  for (const [i, variable] of (manifest.variables ?? []).entries()) {
    if (variable.address + tensorBytes(variable) > manifest.memoryBytes) {
      refuseField(`variables[${i}]`, `a place inside the ${manifest.memoryBytes} bytes of linear memory`);
    }
  }
  for (const tensors of [manifest.inputs, manifest.outputs]) {
    const bytes = tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
    if (bytes > maxMemoryBytes) {
      throw new WasmoteError(
        "memory-exceeded",
        `inputs or outputs of ${bytes} bytes; at most ${maxMemoryBytes}`,
      );
    }
  }
  return manifest;
}

function decoded(section: Uint8Array): unknown {
  try {
    return decode(section);
  } catch {
    throw new WasmoteError("module-invalid", "its manifest is no CBOR");
  }
}

function checkTensor(tensor: ManifestTensor, { memoryBytes }: Manifest, at: string): void {
  const { dtype, shape, address, zeroPoint = 0, labels, pixels } = tensor;
  if (address + tensorBytes(tensor) > memoryBytes) {
    refuseField(at, `a place inside the ${memoryBytes} bytes of linear memory`);
  }
  const [low, high] = dtype === "float32" ? [0, 0] : integerRange[dtype];
  if (zeroPoint < low || zeroPoint > high) refuseField(`${at}.zeroPoint`, `${low} to ${high}`);
  if (tensor.interface !== undefined && tensor.interface !== dtype && tensor.scale === undefined) {
    refuseField(`${at}.interface`, `${dtype} without a scale`);
  }
  const channels = shape.at(-1) ?? 1;
  for (const numbers of pixels === undefined ? [] : [pixels.mean, pixels.std]) {
    if (numbers.length !== 1 && numbers.length !== channels)
      refuseField(`${at}.pixels`, "one number, or one a channel");
  }
  if (labels !== undefined && labels.length !== channels) {
    refuseField(`${at}.labels`, "one text for each index of the last axis");
  }
  if (tensor.texts !== undefined && dtype !== "int64") refuseField(`${at}.texts`, "none beside an int64");
}
