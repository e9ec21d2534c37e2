import { arrayTypes, type Tensor, type TensorData } from "../graph/tensor.js";
import type { Manifest, ManifestTensor } from "../package/manifest.js";
import type { OpenedModule } from "../package/open.js";
import { encodeReals } from "../run/tensor-files/values.js";
import type { Runner } from "../run/types.js";
import type { Layer } from "./layers.js";
import type { Subject } from "./subject.js";

/** What of a tensor says where and what it is. */
type Placed = Pick<ManifestTensor, "name" | "dtype" | "shape" | "address" | "scale" | "zeroPoint">;

type Read = Omit<Placed, "address"> & Pick<Layer, "channelFactors">;

/** A module whose layers a runner in this process can read, as if they were outputs. */
export function withLayers<T extends OpenedModule>(opened: T, layers: readonly Layer[]): T {
  const outputs: ManifestTensor[] = [...opened.manifest.outputs, ...layers.map(placedOf)];
  return { ...opened, manifest: { ...opened.manifest, outputs } };
}

const placedOf = ({ name, dtype, shape, address, scale, zeroPoint }: Placed): Placed => ({
  name,
  dtype,
  shape,
  address,
  ...(scale === undefined ? {} : { scale, zeroPoint }),
});

/**
 * A built model as a subject.
 *
 * @param runner has it loaded, opened `withLayers` where there are some
 * @param layers each is read when its step has run, for later ones take its memory
 */
export function moduleSubject(runner: Runner, manifest: Manifest, layers: readonly Layer[] = []): Subject {
  const { inputs, outputs, steps } = manifest;
  const contents: Uint8Array[] = [];
  const operator = steps.at(-1)?.operator ?? "input";
  const read = async (index: number): Promise<void> => {
    contents[index] = await runner.readOutput(index);
  };
  const runSteps = async (): Promise<void> => {
    if (layers.length === 0) return runner.run();
    for (const step of steps.keys()) {
      await runner.run(step, step + 1);
      for (const [i, layer] of layers.entries()) if (layer.step === step) await read(outputs.length + i);
    }
  };
  return {
    tensors: [
      ...outputs.map((output) => ({ tensor: tensorOf(output), operator })),
      ...layers.map((layer) => ({ tensor: tensorOf(layer), operator: layer.operator })),
    ],
    layers: layers.map((_, i) => outputs.length + i),
    outputs: [...outputs.keys()],
    async run(sample) {
      for (const [i, input] of inputs.entries()) {
        await runner.writeInput(i, encodeReals(sample[i] as Float32Array, input));
      }
      await runSteps();
      for (const index of outputs.keys()) await read(index);
    },
    elements: (index) =>
      elementsOf(contents[index] as Uint8Array, tensorOf(outputs[index] ?? layers[index - outputs.length]!)),
  };
}

function tensorOf({ name, dtype, shape, scale, zeroPoint = 0, channelFactors }: Read): Tensor {
  const tensor = { name, dtype, shape, ...(channelFactors && { channelFactors }) };
  if (scale === undefined) return tensor;
  return { ...tensor, quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 } };
}

/** Bytes as elements; a copy, since bytes may lie anywhere. */
function elementsOf(bytes: Uint8Array, { dtype }: Tensor): TensorData {
  return new arrayTypes[dtype](bytes.slice().buffer);
}
