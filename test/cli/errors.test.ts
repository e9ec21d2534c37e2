import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorForm, errorJson, errorLines, reportOf } from "../../host/cli/errors.js";
import { percent, shortName, thousands } from "../../host/cli/figures.js";
import { stylesFor } from "../../host/cli/styles.js";
import { errorTable, exitCodes, UnsupportedModelError, WasmoteError } from "../../host/errors.js";
import { table } from "../../host/table.js";

const plain = { verbose: false, styles: stylesFor({ isTTY: false }) };
const textOf = (error: unknown, form: Partial<ErrorForm> = {}): string =>
  `${errorLines(error, reportOf(error), undefined, { ...plain, ...form }).join("\n")}\n`;

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

test("refusals of a model are summed by operator, node by node with --verbose, and whole in JSON", () => {
  const conv = (index: number, reason: string) => ({ node: `c${index}`, operator: "CONV_3D", reason, index });
  const refusals = [
    { node: "a", operator: "LSTM", reason: "no kernel", index: 0 },
    ...[1, 2, 3].map((index) => conv(index, "rank 5")),
    ...["r1", "r2", "r3"].map((reason, i) => conv(4 + i, reason)),
    conv(6, "and another for the same node"),
  ];
  const error = new UnsupportedModelError(refusals, { file: "m.tflite" });
  const text = textOf(error);
  assert.match(
    text,
    /cannot run: 7 nodes \(m\.tflite\)\n {2}CONV_3D {2}6 nodes: rank 5 \(3\); r1 \(1\); r2 \(1\); 2 more reasons\n/,
  );
  assert.match(text, /\n {2}LSTM {2}node "a": no kernel\n/);
  assert.match(text, /\n {2}every node: --verbose\nhelp: /);
  const verbose = textOf(error, { verbose: true });
  for (const { operator, node, reason } of refusals)
    assert.match(verbose, `\n  ${operator}  node "${node}": ${reason}\n`);
  const parsed = JSON.parse(JSON.stringify(errorJson(reportOf(error), undefined)));
  assert.equal(parsed.error.refusals, refusals);
  assert.equal(parsed.error.operators[1], {
    operator: "LSTM",
    nodes: 1,
    reasons: [{ reason: "no kernel", nodes: 1 }],
  });
  assert.equal(parsed.error.place, { file: "m.tflite" });
});

test("tables fit the terminal: texts are wrapped, or rows become lists; elsewhere they stay as they are", () => {
  const columns = [
    { heading: "board", align: "left" },
    { heading: "core", align: "left" },
    { heading: "bytes", align: "right" },
  ] as const;
  const rows = [
    ["a-board-of-a-long-name", "cortex-m4 with a floating-point unit", "1,000"],
    ["b", "rv32", "2"],
  ];
  const whole = table(columns, rows);
  assert.is(whole.length, 3);
  const wrapped = table(columns, rows, { width: 40, heading: (text) => `<${text}>` });
  assert.ok(wrapped.every((line) => line.replace(/[<>]/g, "").length <= 40));
  assert.match(wrapped[0]!, /^<board +core +bytes>$/);
  const squeezed = wrapped.join("").replace(/\s+/g, "");
  for (const word of ["cortex-m4", "floating", "rv32", "1,000"]) assert.match(squeezed, word);
  const lists = table(columns, rows, { width: 24 });
  assert.ok(
    lists.every((line) => line.length <= 24),
    lists.join("\n"),
  );
  assert.equal(lists.slice(-3), ["b", "  core   rv32", "  bytes  2"]);
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
