import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildModel } from "../../host/pipeline.js";
import { encodeCustomSection } from "../../host/wasm/sections.js";
import { concatenate } from "../../host/wasm/writer.js";
import { smallGraph } from "../cli/command.js";

/** An old and a new file. */
export interface Pair {
  name: string;
  old: Uint8Array;
  next: Uint8Array;
}

/** Numbers from 0 to 1 in an order that the seed decides (T. Ettinger, mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Random bytes. */
export function randomBytes(length: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

/** Bytes of which each is changed by some, as often as a share says. */
export function changed(bytes: Uint8Array, share: number, most: number, random: () => number): Uint8Array {
  return bytes.map((byte) => (random() < share ? byte + Math.round((2 * random() - 1) * most) : byte));
}

/** A module with a section up to which a signature has a hash of its own, at its beginning. */
export function withDelimiter(module: Uint8Array, before: number): Uint8Array {
  return concatenate([
    module.subarray(0, 8),
    encodeCustomSection("signature", randomBytes(before, randomNumbers(before))),
    encodeCustomSection("signature_delimiter", new Uint8Array(16).fill(7)),
    module.subarray(8),
  ]);
}

/** Pairs of every kind: what a patch is made for, and what it must take as well. */
export async function pairs(): Promise<Pair[]> {
  const random = randomNumbers(1);
  const { wasm } = await buildModel(smallGraph());
  const weights = randomBytes(1200, random).map((byte) => (byte >> 2) - 32);
  const model = concatenate([wasm, encodeCustomSection("wasmote.more", weights)]);
  const tuned = concatenate([wasm, encodeCustomSection("wasmote.more", changed(weights, 0.6, 3, random))]);
  const inserted = concatenate([model.subarray(0, 1000), randomBytes(77, random), model.subarray(1000)]);
  const moved = concatenate([model.subarray(2000), model.subarray(700, 2000), model.subarray(0, 700)]);
  const empty = new Uint8Array(0);
  const noise = randomBytes(700, random);
  return [
    { name: "weights that changed a little", old: model, next: tuned },
    { name: "weights that changed much", old: model, next: changed(model, 0.9, 60, random) },
    { name: "a signed file", old: model, next: withDelimiter(tuned, 100) },
    { name: "a signed file of another", old: withDelimiter(model, 100), next: withDelimiter(tuned, 180) },
    { name: "an insertion", old: model, next: inserted },
    { name: "a deletion", old: inserted, next: model },
    { name: "parts in another order", old: model, next: moved },
    { name: "the same file", old: model, next: model },
    { name: "from nothing", old: empty, next: noise },
    { name: "to nothing", old: noise, next: empty },
    { name: "to a byte", old: noise, next: Uint8Array.of(255) },
    { name: "to a whole number of blocks", old: noise, next: randomBytes(512, random) },
    { name: "to what is erased flash", old: noise, next: new Uint8Array(1500).fill(255) },
    { name: "what has nothing in common", old: noise, next: model },
  ];
}

/** The patch, and others that are damaged at some places. */
export function damagedPatches(patch: Uint8Array, count: number): Uint8Array[] {
  const random = randomNumbers(patch.length);
  return Array.from({ length: count }, (_, i) => {
    const damaged = patch.slice();
    for (let left = i === 0 ? 0 : 1 + Math.floor(random() * 3); left > 0; left--)
      damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
    return i % 10 === 9 ? damaged.subarray(0, Math.floor(random() * damaged.length)) : damaged;
  });
}

/** A file below the project's root. */
export function fileOf(root: string, ...path: string[]): Uint8Array {
  return new Uint8Array(readFileSync(join(root, ...path)));
}
