/*
 * Prints how single-operator models go against TensorFlow Lite Micro's reference kernels, by operator and dtype.
 *
 *   node --import tsx test/operators/table.ts [PATTERN] [--verbose]
 */

import { sharedOperators } from "../shared-models.js";
import { operatorCases, tryCase } from "./cases.js";

const [pattern = "", ...more] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
if (more.length > 0) throw new Error("one pattern is expected");
const verbose = process.argv.includes("--verbose");
const folder = sharedOperators();
if (folder === undefined) process.exit(0);

const counts = new Map<string, Record<string, number>>();
const total: Record<string, number> = { right: 0, wrong: 0, refused: 0 };
for (const given of operatorCases(folder).filter(({ name }) => new RegExp(pattern).test(name))) {
  const { verdict, detail } = await tryCase(folder, given);
  const row = counts.get(`${given.operator} ${given.dtype}`) ?? { right: 0, wrong: 0, refused: 0 };
  row[verdict] = (row[verdict] as number) + 1;
  total[verdict] = (total[verdict] as number) + 1;
  counts.set(`${given.operator} ${given.dtype}`, row);
  if (verbose && verdict !== "right") console.log(`${given.name} ${verdict}: ${detail}`);
}
if (!verbose)
  for (const [key, { right, wrong, refused }] of counts) console.log(`${key}: ${right} ${wrong} ${refused}`);
console.log(`right ${total.right}, wrong ${total.wrong}, refused ${total.refused}`);
