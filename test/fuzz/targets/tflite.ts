import { WasmoteError } from "../../../host/errors.js";
import { importModel } from "../../../host/import/index.js";
import { buildModel } from "../../../host/pipeline.js";
import { type WrittenModel, writeTflite } from "../../import/tflite-writer.js";
import type { Choices } from "../../link/random-numbers.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import { randomTflite } from "../random-tflite.js";
import { runEverywhere } from "../run-everywhere.js";
import type { FuzzTarget } from "../target.js";
import { tfliteOriginals } from "../tflite-originals.js";

const types = ["INT8", "INT8", "INT16", "UINT8", "INT32", "FLOAT32", "BOOL"] as const;
const oddNumbers = [-1, 0, 1, 2, 3, 7, 255, 65536, 2 ** 31 - 1, -(2 ** 31)];

/** As they stand in fields of 32 bits: whole numbers, and floats that are none, infinite, zero or tiny. */
const oddFields = [...oddNumbers, 16, 1024, 2 ** 24, 2 ** 30, 0x7fc00000, 0x7f800000, -0x800000, 0x00800000];

type Change = (model: WrittenModel, source: Choices) => void;

/** Changes of one field of a model. */
const changes: readonly Change[] = [
  ({ nodes }, { pick, below }) => {
    const { inputs } = pick(nodes);
    if (inputs.length > 0) inputs[below(inputs.length)] = pick([-1, 0, 1, 2, below(30), 2 ** 31 - 1]);
  },
  ({ nodes, tensors }, { pick, below }) => {
    pick(nodes).outputs[0] = below(tensors.length + 1);
  },
  ({ nodes }, { pick }) => {
    const options = pick(nodes).options ?? [];
    if (options.length > 0) Object.assign(pick(options), { value: pick(oddNumbers) });
  },
  ({ nodes }, { pick, below }) => {
    Object.assign(pick(nodes), { version: 1 + below(6) });
  },
  ({ nodes }, { pick }) => {
    Object.assign(pick(nodes), { builtin: pick(nodes).builtin });
  },
  ({ tensors }, { pick, below }) => {
    const { shape } = pick(tensors);
    if (shape.length > 0) shape[below(shape.length)] = pick([...oddNumbers, 1 + below(9)]);
  },
  ({ tensors }, { pick }) => {
    const { shape } = pick(tensors);
    if (shape.length > 1) shape.pop();
  },
  ({ tensors }, { pick }) => {
    Object.assign(pick(tensors), { type: pick(types) });
  },
  ({ tensors }, { pick }) => {
    Object.assign(pick(tensors), { scale: [pick([0, -1, 1e-30, 1e30, Number.NaN, 0.05, 1 / 256])] });
  },
  ({ tensors }, { pick }) => {
    Object.assign(pick(tensors), { zeroPoint: [pick([-129, -128, 0, 127, 128, 2 ** 31])] });
  },
  ({ tensors }, { pick, below }) => {
    const { data } = pick(tensors);
    if (data !== undefined && data.length > 0) data[below(data.length)] = below(256);
  },
  (model, { below, pick }) => {
    pick([model.inputs, model.outputs]).push(below(model.tensors.length));
  },
  ({ nodes }, source) => {
    nodes.splice(0, nodes.length, ...source.shuffle(nodes));
  },
];

/** A file with one to four of its aligned fields of 32 bits changed: lengths, indices, options, offsets, elements. */
function withOddFields(original: Uint8Array, { below, pick, chance }: Choices): Uint8Array {
  const file = original.slice();
  const view = new DataView(file.buffer);
  for (let left = 1 + below(4); left > 0; left--) {
    const at = 4 * below(Math.floor(file.length / 4));
    const found = view.getInt32(at, true);
    view.setInt32(at, chance(0.5) ? found + pick([-1, 1, 2, -4, 4]) : pick(oddFields), true);
  }
  return file;
}

function make(source: Choices, originals: readonly Uint8Array[]): Uint8Array {
  if (source.chance(0.6)) {
    const original = source.pick(originals);
    if (source.chance(0.1)) return original;
    return source.chance(0.7) ? withOddFields(original, source) : mutate(original, source, 3);
  }
  const model = structuredClone(randomTflite(source));
  if (model.nodes.length > 0) {
    for (let left = source.chance(0.5) ? 0 : 1 + source.below(3); left > 0; left--)
      source.pick(changes)(model, source);
  }
  const bytes = writeTflite(model);
  return source.chance(0.8) ? bytes : mutate(bytes, source);
}

/** Random and damaged TFLite models: what is built gives the same bytes on every engine. */
export const target: FuzzTarget = {
  name: "tflite",
  run: (options) => {
    const originals = tfliteOriginals();
    return runCases(options, {
      make: (source) => ({ "model.tflite": make(source, originals) }),
      async attempt(input, source) {
        const graph = await importModel("model.tflite", input["model.tflite"]!, () => {
          throw new WasmoteError("file-unreadable", "no other file");
        });
        const { wasm } = await buildModel(graph);
        await runEverywhere(wasm, source);
        return "built";
      },
    });
  },
};
