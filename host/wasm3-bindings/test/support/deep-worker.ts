import { parentPort, workerData } from "node:worker_threads";
import { load, Wasm3Error } from "../../src/index.ts";
import { oneFunction } from "./bytes.ts";

const loops = 900;
const nested = [
  ...Array.from({ length: loops }, () => [0x03, 0x40]).flat(),
  0x10,
  0x00,
  ...Array(loops).fill(0x0b),
  0x0b,
];
const codes: string[] = [];

function attempt(run: () => unknown): void {
  try {
    run();
    codes.push("returned");
  } catch (error) {
    if (error instanceof RangeError) throw error;
    codes.push(error instanceof Wasm3Error ? error.code : String(error));
  }
}

function below(frames: number, run: () => unknown): void {
  if (frames > 0) below(frames - 1, run);
  else attempt(run);
}

const { direct, mutual, indirect } = workerData.data as Record<string, Uint8Array>;
for (const binary of [direct, mutual, indirect, oneFunction(nested)]) {
  const options = { stackBytes: 65536 };
  const name = binary === direct || binary === mutual || binary === indirect ? "run" : "f";
  attempt(() => load(binary as Uint8Array, options).call(name));
  const instance = load(binary as Uint8Array, options);
  attempt(() => instance.call(name));
  for (let frames = 1000; ; frames = Math.floor(frames * 1.3)) {
    try {
      below(frames, () => instance.call(name));
    } catch (error) {
      if (error instanceof RangeError) break;
      throw error;
    }
  }
}
parentPort?.postMessage(codes);
