/*
 * Runs ONNX's backend tests: `npm run conformance -- [--suite FOLDER] [PATTERN]`. FOLDER holds `node`, `simple` and so on as
 * Debian's libonnx-testdata and PyPI's onnx (onnx/backend/test/data) do.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findSuite } from "./data.js";
import { report } from "./report.js";
import { caseNames, type Outcome, tryCase } from "./suite.js";

const { values, positionals } = parseArgs({
  options: { suite: { type: "string" }, verbose: { type: "boolean" } },
  allowPositionals: true,
});
const suite = values.suite ?? findSuite();
if (suite === undefined) {
  console.error(
    "ONNX's backend tests are not there: install Debian's libonnx-testdata, or give --suite FOLDER",
  );
  process.exit(1);
}
const pattern = new RegExp(positionals[0] ?? "");
for (const part of ["node", "simple", "pytorch-converted", "pytorch-operator", "light"]) {
  const folder = join(suite, part);
  const names = existsSync(folder) ? caseNames(folder).filter((name) => pattern.test(name)) : [];
  const outcomes: Outcome[] = [];
  for (const name of names) {
    const outcome = await tryCase(folder, name);
    outcomes.push(outcome);
    if (values.verbose === true) console.log(outcome.verdict, outcome.name, outcome.detail);
  }
  if (outcomes.length > 0) console.log(`## ${part}\n\n${report(outcomes)}`);
}
