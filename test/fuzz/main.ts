import { parseArgs } from "node:util";
import { targetNames } from "./registry.js";
import { runTarget } from "./run-target.js";

const help = `npm run fuzz -- [TARGET...] [--cases N] [--seed S] [--first I]

Tries N damaged inputs (1000 unless told) of each target, all targets unless some are named, with choices made of the
seed (1 unless told). What is found is printed and its input saved in out/fuzz; --first I --cases I+1 repeats case I.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    help: { type: "boolean" },
  },
});

const all = targetNames();
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
  const { outcomes, findings } = await runTarget(name, {
    cases,
    seed,
    first,
    findings: "out/fuzz",
    log: (line) => console.log(`${name}: ${line}`),
  });
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${outcome} ${count}`);
  console.log(`${name}: seed ${seed}, ${seconds} s: ${counts.join(", ")}; ${findings.length} findings`);
  for (const { index, message, saved } of findings) {
    console.log(`  case ${index} (${saved}): ${message.replaceAll("\n", "\n    ")}`);
  }
  found += findings.length;
}
process.exitCode = found === 0 ? 0 : 1;
