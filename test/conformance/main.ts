/*
 * Runs ONNX's backend tests: `npm run conformance -- [--suite FOLDER] [PATTERN]`. FOLDER holds `node`, `simple` and so on as
 * Debian's libonnx-testdata and PyPI's onnx (onnx/backend/test/data) do.
 */
import { parseArgs } from "node:util";
import { findSuite } from "./data.js";
import { report } from "./report.js";
import { runPart, suiteParts } from "./suite.js";

const { values, positionals } = parseArgs({
  options: { suite: { type: "string" } },
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
for (const part of suiteParts) {
  const outcomes = await runPart(suite, part, pattern);
  if (outcomes.length > 0) console.log(`## ${part}\n\n${report(outcomes)}`);
}
