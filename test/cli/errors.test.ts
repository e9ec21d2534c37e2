import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorForm, formatError, reportOf } from "../../host/cli/errors.js";
import { stylesFor } from "../../host/cli/styles.js";
import { percent, shortName, table, thousands } from "../../host/cli/table.js";
import { errorTable, exitCodes, UnsupportedModelError, WasmoteError } from "../../host/errors.js";

const plain = { json: false, verbose: false, debug: false, styles: stylesFor({ isTTY: false }) };
const textOf = (error: unknown, form: Partial<ErrorForm> = {}): string =>
  formatError(error, reportOf(error), { ...plain, ...form });

test("whatever is no error of the table is a defect, with exit code 70 and no stack trace", () => {
  for (const thrown of [new TypeError("x is not a function"), "a string", undefined]) {
    assert.is(reportOf(thrown).exitCode, 70);
    const text = textOf(thrown);
    assert.match(text, /^error\[internal\]: wasmote has a defect: .*\nhelp: Please report it/);
    assert.not.match(text, /\n\s+at /);
  }
});

test("every error of the table has its own exit code, and its help", () => {
  for (const [code, entry] of Object.entries(errorTable)) {
    const report = reportOf(new WasmoteError(code as keyof typeof errorTable, "found"));
    assert.is(report.exitCode, entry.exit);
    assert.is(report.help, entry.help);
    assert.ok(Object.values(exitCodes).some((known) => known === report.exitCode));
  }
  assert.is(reportOf(new WasmoteError("addon-missing", "x")).exitCode, 3);
});

test("refusals of a model are listed one a line, and are data in JSON", () => {
  const refusals = [
    { node: "a", operator: "LSTM", reason: "no kernel" },
    { node: "b", operator: "CONV_3D", reason: "rank 5" },
  ];
  const error = new UnsupportedModelError(refusals, { file: "m.tflite" });
  const text = textOf(error);
  assert.match(text, /\n {2}LSTM {2}node "a": no kernel\n {2}CONV_3D {2}node "b": rank 5\n/);
  const parsed = JSON.parse(textOf(error, { json: true }));
  assert.equal(parsed.error.refusals, refusals);
  assert.equal(parsed.error.place, { file: "m.tflite" });
});

test("colours are for terminals only, and NO_COLOR is honoured", () => {
  const red = (tty: boolean, environment: NodeJS.ProcessEnv) =>
    stylesFor({ isTTY: tty }, environment).red("x");
  assert.is.not(red(true, { TERM: "xterm" }), "x");
  assert.is(red(false, { TERM: "xterm" }), "x");
  assert.is(red(true, { TERM: "xterm", NO_COLOR: "1" }), "x");
  assert.is.not(red(true, { TERM: "xterm", NO_COLOR: "" }), "x");
  assert.is(red(true, { TERM: "dumb" }), "x");
});

test("tables are aligned, without spaces at the end of a line", () => {
  const columns = [
    { heading: "name", align: "left" },
    { heading: "count", align: "right" },
    { heading: "", align: "left" },
  ] as const;
  assert.equal(
    table(columns, [
      ["a", "1,000", "x"],
      ["longer", "2", ""],
    ]),
    ["name    count", "a       1,000  x", "longer      2"],
  );
  assert.is(shortName("a/b;c/d"), "a/b;c/d");
  assert.is(shortName("x".repeat(60)), `${"x".repeat(41)}...`);
  assert.is(thousands(1234567), "1,234,567");
  assert.is(percent(1, 8), "12.5 %");
  assert.is(percent(0, 0), "-");
});

test.run();
