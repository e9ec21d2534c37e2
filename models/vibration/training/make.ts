/** Writes the recordings, and the baseline out of a minute of the healthy machine: `node --import tsx make.ts`. */
import { writeFileSync } from "node:fs";
import { writeNpy } from "../../../host/run/tensor-files/npy.js";
import { openStage } from "../../training/stage.js";
import { machine } from "./machine.js";

const folder = new URL("../", import.meta.url);
const [seconds, from] = [16, 8];

function write(name: string, dtype: "int16" | "float32", columns: number, bytes: Uint8Array): void {
  const rows = bytes.length / columns / (dtype === "int16" ? 2 : 4);
  writeFileSync(new URL(name, folder), writeNpy({ dtype, shape: [rows, columns], bytes }));
}

const recordings = [
  ["recordings/healthy.npy", machine(seconds, 2)],
  ["recordings/bearing.npy", machine(seconds, 3, { kind: "bearing", from })],
  ["recordings/imbalance.npy", machine(seconds, 4, { kind: "imbalance", from })],
] as const;
for (const [name, samples] of recordings) write(name, "int16", 3, new Uint8Array(samples.buffer));

const stage = await openStage(new URL("app.json", folder), "motion");
// Windows that do not overlap.
const rows = (await stage.featuresOf(machine(60, 1))).filter((_, i) => i % 3 === 0);
stage.close();
write("baseline.npy", "float32", (rows[0] as Uint8Array).length / 4, Buffer.concat(rows));
