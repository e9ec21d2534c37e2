import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import { loadUserOperators } from "../../host/tools/user-operators.js";
import { FakeTools } from "../flash/fake-tools.js";
import { writeTflite } from "../import/tflite-writer.js";
import { random } from "../ops/harness.js";
import { root, temporaryFolder, wasmote } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
const example = join(root, "docs/examples/delta-operator");
const int8 = { type: "INT8", shape: [2, 5], scale: [0.5], zeroPoint: [3] } as const;

test.before(() => {
  const tensors = [
    { name: "in", ...int8 },
    { name: "out", ...int8 },
  ].map((tensor) => ({
    ...tensor,
    shape: [...tensor.shape],
    scale: [...tensor.scale],
    zeroPoint: [...tensor.zeroPoint],
  }));
  const nodes = [{ builtin: "CUSTOM:Delta", inputs: [0], outputs: [1] }];
  writeFileSync(at("delta.tflite"), writeTflite({ tensors, nodes, inputs: [0], outputs: [1] }));
});
test.after(remove);

/** A copy of the example with one file written anew. */
function changed(name: string, file: string, text: string): string {
  const copy = at(name);
  cpSync(example, copy, { recursive: true });
  writeFileSync(join(copy, file), text);
  return copy;
}

const refuses = (operators: string, code: number, expected: RegExp): void => {
  const result = wasmote(folder, ["build", "delta.tflite", "--operators", operators, "-o", "refused.wasm"]);
  assert.is(result.code, code, result.stderr);
  assert.match(result.stderr, expected);
  assert.not(readdirSync(folder).includes("refused.wasm"));
};

test("without its operator the model is refused", () => {
  const { code, stderr } = wasmote(folder, ["build", "delta.tflite"]);
  assert.is(code, 1);
  assert.match(stderr, /CUSTOM:Delta/);
});

test("the example of the documentation builds, and gives the same bytes on every engine", () => {
  const built = wasmote(folder, ["build", "delta.tflite", "--operators", example, "--keep", "kept"]);
  assert.is(built.code, 0, built.stderr);
  assert.match(readFileSync(at("kept/steps.txt"), "utf8"), /\n {3}deltaInt8: parameters at 0 of the weights/);
  const input = random(4).int8s(10);
  writeFileSync(at("in.bin"), new Uint8Array(input.buffer));
  const expected = Int8Array.from(input, (value, i) =>
    i % 5 === 0 ? 3 : Math.min(127, Math.max(-128, 3 + value - (input[i - 1] as number))),
  );
  for (const on of ["node", "wasm3"]) {
    const ran = wasmote(folder, [
      "run",
      "delta.wasm",
      "--input",
      "in.bin",
      "--output",
      `${on}.bin`,
      "--on",
      on,
    ]);
    assert.is(ran.code, 0, ran.stderr);
    assert.equal([...new Int8Array(readFileSync(at(`${on}.bin`)))], [...expected], on);
  }
});

test("a host part may be JavaScript, and lie in a package of CommonJS", () => {
  const copy = at("javascript");
  cpSync(example, copy, { recursive: true });
  writeFileSync(join(copy, "package.json"), '{"type":"commonjs"}');
  const typescript = readFileSync(join(copy, "ops/delta.mts"), "utf8");
  rmSync(join(copy, "ops/delta.mts"));
  writeFileSync(
    join(copy, "ops/delta.mjs"),
    typescript.replace(/^import type .*\n/m, "").replace(/: (DefineOperator|Operator|Lowering)\b/g, ""),
  );
  const { code, stderr } = wasmote(folder, [
    "build",
    "delta.tflite",
    "--operators",
    copy,
    "-o",
    "again.wasm",
  ]);
  assert.is(code, 0, stderr);
  assert.ok(readFileSync(at("again.wasm")).equals(readFileSync(at("delta.wasm"))));
});

test("inspect knows the operators as well; nothing stays in the temporary folder", () => {
  mkdirSync(at("tmp"));
  const args = ["inspect", "delta.tflite", "--operators", example];
  const { code, stdout, stderr } = wasmote(folder, args, { TMPDIR: at("tmp") });
  assert.equal(
    readdirSync(at("tmp")).filter((name) => !name.startsWith("tsx-")), // where the source is run: its cache
    [],
  );
  assert.is(code, 0, stderr);
  assert.match(stdout, /\nout +delta +2x5 int8 +2x5 int8 /);
  const built = wasmote(folder, ["inspect", "delta.wasm", "--operators", example]);
  assert.is(built.code, 2);
});

test("a folder that cannot be used is refused, with the place", () => {
  refuses(at("absent"), 1, /error\[operators-invalid\]: .*no folder with ops in it.*absent/);
  refuses(at("delta.tflite"), 1, /no folder with ops in it.*delta\.tflite/);
  mkdirSync(at("empty/ops"), { recursive: true });
  mkdirSync(at("empty/kernels"), { recursive: true });
  refuses(at("empty"), 1, /it holds no operator .*empty/);
  const host = (name: string, text: string): string => changed(name, "ops/delta.mts", text);
  refuses(host("no-default", "export const a = 1;"), 1, /default export is no function .*delta\.mts/);
  refuses(host("syntax", "export default ("), 1, /cannot be loaded: /);
  refuses(host("throws", "export default () => { throw new Error('mine'); };"), 1, /throws Error: mine/);
  refuses(
    host("nothing", "export default () => undefined;"),
    1,
    /gives no operator\.name, operator\.quantization/,
  );
});

/** Loads the example with a part of its host part replaced, in this process; the error's text. */
async function loaded(name: string, from: string, to: string): Promise<string> {
  const original = readFileSync(join(example, "ops/delta.mts"), "utf8");
  assert.ok(original.includes(from), from);
  try {
    await loadUserOperators(changed(name, "ops/delta.mts", original.replaceAll(from, to)));
  } catch (error) {
    assert.instance(error, WasmoteError, `${name}: ${error}`);
    return (error as WasmoteError).message;
  }
  return assert.unreachable(name) as never;
}

test("names that are there already, and parts that are none, are refused before anything is compiled", async () => {
  assert.match(await loaded("taken", '"delta"', '"conv2d"'), /another operator conv2d .*taken/);
  assert.match(
    await loaded("mapped", "CUSTOM:Delta", "ADD"),
    /ADD is mapped to another operator already .*mapped/,
  );
  assert.match(
    await loaded("block", "DeltaParameters", "AddParameters"),
    /another block of the name AddParameters/,
  );
  for (const [name, from, to, expected] of [
    ["no-list", "lowering, tflite,", "lowering, tflite: 1,", /tflite as a list of mappings/],
    [
      "other",
      'operator: "delta",\n    scratchBytes',
      'operator: "other",\n    scratchBytes',
      /lowering\.operator, the operator's name/,
    ],
    ["type", 'rows: "int32"', 'rows: "int16"', /parameters as a list of what block gives/],
    ["field", 'zeroPoint: "int32"', '"zero point": "int32"', /parameters as a list of what block gives/],
    ["parameters", "parameters: [parameters]", "parameters", /parameters as a list of what block gives/],
  ] as const)
    assert.match(await loaded(name, from, to), expected, name);
});

test("mistakes that show when a model is built are told with the file", () => {
  const original = readFileSync(join(example, "ops/delta.mts"), "utf8");
  for (const [name, from, to, expected] of [
    [
      "value",
      "rows: elementCount(shape) / length",
      "rows: 1.5",
      /emit throws Error: DeltaParameters\.rows is 1\.5; int32.*delta\.mts/,
    ],
    [
      "scratch",
      "scratchBytes: () => [blockBytes(parameters)],",
      "",
      /deltaInt8 reads 20 bytes of parameters .*scratchBytes must offer them/,
    ],
    ["kernel", '"deltaInt8"', '"absentInt8"', /kernels-unlinkable.*no kernel of the name absentInt8/],
  ] as const)
    refuses(changed(name, "ops/delta.mts", original.replace(from, to)), 1, expected);
});

test("kernels that do not compile, or hold what cannot be linked, are refused with what the compiler says", () => {
  const kernel = (name: string, text: string): string => changed(name, "kernels/delta.ts", text);
  refuses(
    kernel("wrong", "export function deltaInt8(): void { nothing(); }"),
    1,
    /compile-failed[\s\S]*Cannot find name 'nothing'/,
  );
  refuses(
    kernel(
      "import",
      '@external("env", "foo") declare function foo(): void; export function deltaInt8(parameters: i32, to: usize): void { foo(); }',
    ),
    1,
    /kernels-unlinkable.*the import env\.foo; kernels may import wasmote\.read_weights only/,
  );
  const twice = changed(
    "twice",
    "kernels/other.ts",
    "export function deltaInt8(parameters: i32, to: usize): void {}",
  );
  refuses(twice, 1, /compile-failed.*kernels\/delta\.ts and kernels\/other\.ts both export deltaInt8/);
  refuses(
    kernel("type", "export function deltaInt8(parameters: i32): void {}"),
    1,
    /kernels-unlinkable.*deltaInt8 of another type/,
  );
  refuses(
    kernel(
      "data",
      "export function deltaInt8(parameters: i32, to: usize): void { store<u8>(to, load<u8>(changetype<usize>('text') + <usize>parameters)); }",
    ),
    1,
    /kernels-unlinkable.*static data/,
  );
});

test("what is not installed is asked for by name before anything is done", () => {
  const alone = at("alone");
  mkdirSync(join(alone, "node_modules"), { recursive: true });
  for (const name of ["dist", "assembly", "boards", "asconfig.json", "package.json"]) {
    cpSync(join(root, name), join(alone, name), { recursive: true });
  }
  const absent = ["assemblyscript", "tsx", "wabt", "rp2040js", ".bin"];
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!absent.includes(name))
      symlinkSync(join(root, "node_modules", name), join(alone, "node_modules", name));
  }
  const tools = new FakeTools();
  const environment = { PATH: tools.folder };
  tools.addFirmwareTools("pico", `/bin/touch '${at("built")}'`);
  const cases: [string[], RegExp][] = [
    [["build", at("delta.tflite"), "--operators", at("javascript")], /package-missing\]: .*assemblyscript/],
    [
      ["build", join(alone, "absent.tflite"), "--keep", at("alone-kept"), "--wat"],
      /package-missing\]: .*wabt/,
    ],
    [["bench", at("delta.wasm"), "--on", "pico"], /package-missing\]: .*rp2040js/],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = wasmote(folder, args, environment, [join(alone, "dist/cli/main.js")]);
    assert.is(code, 3, stderr);
    assert.match(stderr, expected);
  }
  tools.remove();
  assert.not(existsSync(at("built")));
});

test.run();
