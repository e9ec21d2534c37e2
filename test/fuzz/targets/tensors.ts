import { writeNpy } from "../../../host/run/tensor-files/npy.js";
import type { FileTensor } from "../../../host/run/tensor-files/read-array.js";
import type { Choices } from "../../link/random-numbers.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import { mutateJson } from "../mutate-json.js";
import type { FuzzInput, FuzzTarget } from "../target.js";
import { readAsInput } from "../tensor-inputs.js";

const tensors: readonly FileTensor[] = [
  { dtype: "int8", shape: [1, 2, 3], scale: 0.5, zeroPoint: 1 },
  { dtype: "int8", shape: [1, 2, 3], scale: 0.5, zeroPoint: 1, interface: "float32" },
  { dtype: "int16", shape: [6] },
  { dtype: "float32", shape: [2, 3] },
];

const npyDtypes = ["int8", "uint8", "int16", "int32", "int64", "float32", "float64", "bool"] as const;
const sizes = { int8: 1, uint8: 1, int16: 2, int32: 4, int64: 8, float32: 4, float64: 8, bool: 1 } as const;

/** A `.npy` file of a few frames; bytes of its header are damaged as text, others as numbers. */
export function npy(source: Choices): Uint8Array {
  const dtype = source.pick(npyDtypes);
  const shape = source.pick([[6], [2, 3], [1, 2, 3], [3, 2, 3]]);
  const count = shape.reduce((product, length) => product * length, 1);
  const bytes = Uint8Array.from({ length: count * sizes[dtype] }, () => source.below(100));
  const file = writeNpy({ dtype, shape, bytes });
  if (source.chance(0.3)) return file;
  const header = 10 + (file[8]! | (file[9]! << 8));
  for (let left = source.below(4); left > 0; left--) {
    file[10 + source.below(header - 10)] = source.pick([..."'{}(),: 0123456789TFdesc\n"]).charCodeAt(0);
  }
  return source.chance(0.5) ? mutate(file, source) : file;
}

/** Nested numbers as JSON, with parts exchanged. */
function json(source: Choices): Uint8Array {
  const row = () => Array.from({ length: 3 }, () => source.below(7) - 3);
  return mutateJson(source.pick([[row(), row()], [...row(), ...row()], [[row(), row()]]]), source);
}

/** Damaged `.npy`, `.json` and `.bin` files as inputs of several types. */
export const target: FuzzTarget = {
  name: "tensors",
  run: (options) =>
    runCases(options, {
      make(source): FuzzInput {
        const which = source.below(3);
        if (which === 0) return { "input.npy": npy(source) };
        if (which === 1) return { "input.json": json(source) };
        return { "input.bin": Uint8Array.from({ length: source.below(80) }, () => source.below(256)) };
      },
      async attempt(input, source) {
        const [name, bytes] = Object.entries(input)[0]!;
        const tensor = source.pick(tensors);
        const frameBytes = 6 * sizes[tensor.dtype as keyof typeof sizes];
        await readAsInput(bytes, source.chance(0.1) ? "-" : name, tensor, frameBytes);
        return `accepted ${name}`;
      },
    }),
};
