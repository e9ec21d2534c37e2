import { setTimeout } from "node:timers/promises";
import { load } from "../../src/index.ts";
import { wat } from "./wat.ts";

const binary = wat(`(module (import "a" "f" (func $f)) (memory 16) (func (export "run") call $f)
  (func (export "grow") (result i32) i32.const 16 memory.grow))`);
const collect = (globalThis as unknown as { gc: () => void }).gc;
const count = 600;
const instanceBytes = 16 * 65536;
const kept: Uint8Array[] = [];
let collected = 0;
const registry = new FinalizationRegistry(() => collected++);

function one(round: number): void {
  const instance = load(binary, { imports: { a: { f: () => void instance.memory.fill(round, 0, 8) } } });
  instance.call("run");
  if (round % 7 === 0) instance.call("grow");
  if (round % 60 === 0) kept.push(instance.memory);
  if (round % 11 === 0) instance.dispose();
  registry.register(instance, round);
}

const before = process.memoryUsage().rss;
for (let round = 1; round <= count; round++) {
  one(round);
  if (round % 50 === 0) {
    await setTimeout(1);
    collect();
    await setTimeout(1);
  }
}
for (let wait = 0; wait < 20 && collected < count; wait++) {
  collect();
  await setTimeout(5);
}
const grown = process.memoryUsage().rss - before;
if (collected < count) throw new Error(`only ${collected} of ${count} instances were collected`);
if (grown > (count * instanceBytes) / 3) throw new Error(`${grown} bytes are still held`);
for (const [index, view] of kept.entries()) {
  const round = (index + 1) * 60;
  const disposed = round % 11 === 0;
  if (view.length !== (disposed ? 0 : instanceBytes * (round % 7 === 0 ? 2 : 1)))
    throw new Error(`view ${round} has length ${view.length}`);
  if (!disposed && (view[7] !== round % 256 || view[8] !== 0)) throw new Error(`view ${round} changed`);
  view.fill(1);
}
console.log("done");
