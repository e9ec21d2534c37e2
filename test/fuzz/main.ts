import { parseArgs } from "node:util";
import { accelerators } from "./native/accelerators.js";
import { addon } from "./native/addon.js";
import { runtime } from "./native/runtime.js";
import { trust } from "./native/trust.js";
import { targetNames } from "./registry.js";
import { runTarget } from "./run-target.js";

const help = `npm run fuzz -- [TARGET...] [--cases N] [--seed S] [--first I]

Tries N damaged inputs (1000 unless told) of each target, all targets unless some are named, with choices made of the
seed (1 unless told). What is found is printed and its input saved in out/fuzz; --first I --cases I+1 repeats case I.
The accelerators, the addon, the runtime and trust are C under sanitizers, which stop at the first finding; the first two
begin at case 0. The runtime's even cases are models, odd ones packets, and cheap; trust has signed files, updates and packets in turn:
--cases 1000000 is meant for them.`;

/** Fuzzers that are programs of their own: sanitizers watch them. */
const programs: readonly {
  name: string;
  run(options: { cases: number; seed: number; first: number; log(line: string): void }): Promise<void>;
}[] = [accelerators, addon, runtime, trust];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    help: { type: "boolean" },
  },
});

const all = [...targetNames(), ...programs.map(({ name }) => name)];
const numbers = [values.cases, values.seed, values.first].map(Number);
const unknown = positionals.filter((name) => !all.includes(name));
if (
  values.help ||
  unknown.length > 0 ||
  !numbers.every((value) => Number.isSafeInteger(value) && value >= 0)
) {
  console.log(`${help}\n\nTargets: ${all.join(", ")}`);
  process.exit(values.help ? 0 : 2);
}

const [cases, seed, first] = numbers as [number, number, number];
let found = 0;
for (const name of positionals.length > 0 ? positionals : all) {
  const begin = performance.now();
  const log = (line: string): void => console.log(`${name}: ${line}`);
  const program = programs.find((known) => known.name === name);
  const count = program === undefined ? await tryTarget(name, log) : await tryProgram(program, log);
  log(`seed ${seed}, ${((performance.now() - begin) / 1000).toFixed(1)} s, ${count} findings`);
  found += count;
}
process.exitCode = found === 0 ? 0 : 1;

/** Runs a target, prints what it found, and gives how much that was. */
async function tryTarget(name: string, log: (line: string) => void): Promise<number> {
  const { outcomes, findings } = await runTarget(name, { cases, seed, first, findings: "out/fuzz", log });
  log(
    Object.entries(outcomes)
      .map(([outcome, count]) => `${outcome} ${count}`)
      .join(", "),
  );
  for (const { index, message, saved } of findings) {
    log(`case ${index} (${saved}): ${message.replaceAll("\n", "\n    ")}`);
  }
  return findings.length;
}

/** Runs a program, prints what it said, and gives 1 where it found something. */
async function tryProgram(program: (typeof programs)[number], log: (line: string) => void): Promise<number> {
  try {
    await program.run({ cases, seed, first, log });
    return 0;
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
