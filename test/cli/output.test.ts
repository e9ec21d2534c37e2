import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { boardText } from "../../host/cli/board-runner.js";
import { errorJson, errorLines, reportOf } from "../../host/cli/errors.js";
import { processOutput } from "../../host/cli/output.js";
import { stylesFor } from "../../host/cli/styles.js";
import { UnsupportedModelError, WasmoteError } from "../../host/errors.js";
import { shortened, visible } from "../../host/visible.js";
import { bodies, makeModel } from "../boards/made-modules.js";
import { root, temporaryFolder, wasmote } from "./command.js";

/** A name that clears the screen, sets the title, writes backwards, hides, and begins a line of its own. */
const hostile = "a\u001b[2J\u001b]0;owned\u0007\u202eb\u2066\u200b\u009b31m\r\nerror[x]: c\u2028d\u{e0041}";
const seen = String.raw`a\u001b[2J\u001b]0;owned\u0007\u202eb\u2066\u200b\u009b31m\r\nerror[x]: c\u2028d\udb40\udc41`;

/** What a terminal must not get, but for line ends and our own styles. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const ownStyles = new RegExp(`${"\u001b"}\\[(?:1|2|22|31|36|39)m`, "g");

function assertVisible(text: string, what: string): void {
  assert.not.match(text.replaceAll("\n", "").replace(ownStyles, ""), unseen, what);
}

/** An output to two texts that say they are terminals. */
function captured() {
  const text = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    isTTY: true,
    write(more: string) {
      text[name] += more;
    },
  });
  return { text, output: processOutput(stream("stdout"), stream("stderr")) };
}

test("a board's text is shown after its name, and cut off where it floods the terminal", () => {
  const lines: string[] = [];
  const show = boardText(() => "pico", { talk: (line) => lines.push(line) });
  show("hello");
  for (let i = 0; i < 5000; i++) show("A".repeat(100));
  assert.is(lines[0], "pico: hello");
  assert.match(lines.at(-1)!, /more text is left out/);
  assert.ok(lines.join("").length < 100_000, `${lines.length} lines`);
});

test("what a terminal would obey is made visible; letters and signs of all languages stay", () => {
  assert.is(visible(hostile), seen);
  assert.is(visible(seen), seen);
  const plain = "größe 大きさ ارتفاع 🙂 ₂ \u00a0 ~";
  assert.is(visible(plain), plain);
  assert.is(shortened("x".repeat(100), 10), "xxxxxxx...");
  assert.is(shortened("x".repeat(10), 10), "x".repeat(10));
  assert.is(shortened("\u001b".repeat(1_000_000), 10).length, 10);
  assert.equal(JSON.parse(visible(JSON.stringify({ [hostile]: hostile }))), { [hostile]: hostile });
});

test("lines of data and talk hold no foreign control character; our own styles stay", () => {
  const { text, output } = captured();
  const bold = stylesFor({ isTTY: true }).bold;
  output.data([output.styles.bold(hostile), `${output.styles.dim("heading")} ${hostile}`, bold("foreign")]);
  output.talk(hostile);
  output.progress(hostile);
  assert.is(text.stdout.split("\n").length, 4);
  assert.ok(text.stdout.startsWith(bold(seen)));
  assert.ok(
    text.stdout.endsWith(`${visible(bold("foreign"))}\n`),
    "an escape sequence that only looks like ours",
  );
  assert.is(text.stderr.replace("\r\u001b[K", ""), `${seen}\n${seen} ...`);
});

test("a line of any length is shortened, without its styles", () => {
  const { text, output } = captured();
  output.data([output.styles.bold("x".repeat(1e6))]);
  assert.ok(text.stdout.length < 2100);
  assertVisible(text.stdout, "no style is left open");
});

test("JSON means the same and is visible", () => {
  const { text, output } = captured();
  output.json({ name: hostile });
  assertVisible(text.stdout, "json");
  assert.equal(JSON.parse(text.stdout), { name: hostile });
});

test("errors are visible wherever a foreign text is in them, and stay in their lines", () => {
  const place = { file: hostile, node: hostile, operator: hostile };
  const long = "x".repeat(1e6);
  const errors = [
    new WasmoteError("model-invalid", hostile, place),
    new WasmoteError("tool-failed", hostile, place, { lines: [hostile, hostile] }),
    new UnsupportedModelError([{ node: hostile, operator: hostile, reason: hostile }], place),
    new TypeError(hostile),
    new WasmoteError("model-invalid", long, { node: long }, { lines: [long] }),
  ];
  for (const error of errors) {
    for (const json of [false, true]) {
      const { text: written, output } = captured();
      const form = { verbose: true, styles: output.talkStyles };
      if (json) output.talkJson(errorJson(reportOf(error), error.stack));
      else for (const line of errorLines(error, reportOf(error), error.stack, form)) output.talk(line);
      const text = written.stderr;
      assertVisible(text, error.name);
      const lines = text
        .replace(ownStyles, "")
        .split("\n")
        .filter((line) => /^(error|help)/.test(line));
      assert.is(lines.length, json ? 0 : 2, text.slice(0, 400));
      if (error instanceof WasmoteError) assert.ok(error.message.length < 4000);
    }
  }
});

test("names of models, tensors, steps, operators, labels and files reach no terminal as they are", () => {
  const { folder, remove } = temporaryFolder();
  try {
    const tensor = { name: hostile, dtype: "int8", shape: [8], address: 16 } as const;
    const wasm = makeModel(hostile, bodies.sum, {
      inputs: [{ ...tensor, shape: [8] }],
      outputs: [{ ...tensor, shape: [8], labels: Array(8).fill(hostile) }],
      steps: [{ name: hostile, operator: hostile, macs: 0, weightBytes: 0 }],
    });
    writeFileSync(join(folder, "m.wasm"), wasm);
    const escapes = join(root, "test/fixtures/names-with-escapes.tflite");
    copyFileSync(escapes, join(folder, "b.tflite"));
    writeFileSync(join(folder, "in.bin"), new Uint8Array(8));
    const commands = [
      ["inspect", "m.wasm"],
      ["inspect", "m.wasm", "--json"],
      ["run", "m.wasm"],
      ["inspect", "b.tflite"],
      ["build", "b.tflite", "-o", "b.wasm"],
      ["inspect", hostile],
      ["boards", "--model", "m.wasm"],
      ["build", "m.wasm", "--quantize", hostile],
    ];
    for (const args of commands) {
      const { stdout, stderr, code } = wasmote(folder, args);
      assertVisible(stdout, args.join(" "));
      assertVisible(stderr, args.join(" "));
      assert.is.not(code, 70, stderr);
      assert.ok(stdout.length + stderr.length > 0);
    }
  } finally {
    remove();
  }
});

test.run();
