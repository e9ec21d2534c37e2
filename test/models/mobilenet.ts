import { readFileSync } from "node:fs";
import { join } from "node:path";
import { importModel } from "../../host/import/index.js";
import { type BuiltModel, buildModel } from "../../host/pipeline.js";
import { choices } from "../link/random-numbers.js";
import { sharedModels } from "../shared-models.js";

const file = "onnx-st-mobilenetv2-035-128/mobilenet_v2_0.35_128_tfs_channel_first.onnx";

/** A float MobileNet of pictures of 128x128, as it is in int8 with ranges of two samples of noise, and with less memory. */
export interface MobileNets {
  plain: BuiltModel;
  split: BuiltModel;
  /** A picture of any bytes. */
  picture: Uint8Array;
}

/** Most bytes of activations and scratch memory of the one with less memory. */
export const arenaBytes = 64 * 1024;

/** The model built both ways; undefined, aloud, where it is not there. */
export async function mobileNets(): Promise<MobileNets | undefined> {
  const folder = sharedModels();
  if (folder === undefined) return undefined;
  const path = join(folder, file);
  const graph = await importModel(path, readFileSync(path), (name) => readFileSync(name), { layout: "nhwc" });
  const { below } = choices(5);
  const elements = 128 * 128 * 3;
  const calibration = Array.from({ length: 2 }, () => [
    Float32Array.from({ length: elements }, () => below(2001) / 1000 - 1),
  ]);
  return {
    plain: await buildModel(graph, { calibration }),
    split: await buildModel(graph, { calibration, memory: { arenaBytes } }),
    picture: Uint8Array.from({ length: elements }, () => below(256)),
  };
}
