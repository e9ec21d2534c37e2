/**
 * Features of sounds, as the application's own front end gives them: `features.ts SOUNDS LENGTHS FEATURES`. SOUNDS holds int16
 * samples, one clip after the other, as many in each as the lines of LENGTHS say; FEATURES becomes the frames of all.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { openStage } from "../../training/stage.js";

const [sounds, lengths, to] = process.argv.slice(2) as [string, string, string];
const bytes = readFileSync(sounds);
const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const stage = await openStage(new URL("../app.json", import.meta.url), "sound");
const frames: Uint8Array[] = [];
let at = 0;
for (const length of readFileSync(lengths, "utf8").trim().split("\n").map(Number)) {
  frames.push(...(await stage.featuresOf(samples.subarray(at, at + length))));
  at += length;
}
stage.close();
writeFileSync(to, Buffer.concat(frames));
