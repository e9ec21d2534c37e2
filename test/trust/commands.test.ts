import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { privateKeyPem, publicKeyPem, readPrivateKey, readPublicKey } from "../../host/trust/keys.js";
import { pseudoRandomInputs } from "../../host/trust/make-self-test.js";
import { readTrust } from "../../host/trust/read.js";
import { signModule } from "../../host/trust/sign.js";
import { customSections } from "../../host/wasm/sections.js";
import { floatEndedGraph, inProcess, smallGraph, temporaryFolder, writeSmallModel } from "../cli/command.js";
import { serve } from "../device/serve.js";
import { modelFile, SimulatedBoard } from "../device/simulated-board.js";
import { statefulGraph } from "./graphs.js";
import { testKey } from "./keys.js";

const { folder, remove } = temporaryFolder();
const at = (name: string): string => join(folder, name);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(at(name)));
const [a, b] = [testKey(1), testKey(2)];
const idOf = (key: typeof a): string => Buffer.from(key.public.id).toString("hex");

test.before(async () => {
  await writeSmallModel(folder);
  for (const [name, key] of Object.entries({ a, b })) {
    writeFileSync(at(`${name}.pem`), privateKeyPem(key), { mode: 0o600 });
    writeFileSync(at(`${name}.pub`), publicKeyPem(key.public));
  }
  writeFileSync(at("in.json"), "[1, 2, 3, 4]");
  writeFileSync(at("signed.wasm"), signModule(read("small.wasm"), a, { version: 3 }).wasm);
});
test.after(remove);

const done = async (...args: string[]) => {
  const result = await inProcess(args);
  assert.is(result.code, 0, `${args.join(" ")}: ${result.stderr}`);
  return result;
};
const refused = async (code: number, expected: RegExp, ...args: string[]) => {
  const result = await inProcess(args);
  assert.is(result.code, code, `${args.join(" ")}: ${result.stderr}`);
  assert.is(result.stdout, "");
  assert.match(result.stderr, expected);
};
const sign = (model: string, ...args: string[]) =>
  done("sign", at(model), "--key", at("a.pem"), "-o", at("out.wasm"), ...args);

test("keygen writes two files, of which one is its owner's alone, and prints no secret", async () => {
  const { stdout, stderr } = await done("keygen", "-o", at("keys/new.pem"));
  const pem = readFileSync(at("keys/new.pem"), "utf8");
  const { public: own } = readPrivateKey(pem);
  assert.equal(readPublicKey(readFileSync(at("keys/new.pub"), "utf8")), own);
  if (process.platform !== "win32") assert.is(statSync(at("keys/new.pem")).mode & 0o777, 0o600);
  const secret = Buffer.from(pem.split("\n")[1] as string, "base64").subarray(-32);
  for (const form of [pem.split("\n")[1] as string, secret.toString("hex"), secret.toString("base64")])
    assert.not((stdout + stderr).includes(form));
  assert.match(stdout, Buffer.from(own.bytes).toString("hex"));
});

test("keygen replaces no key unless it is forced to, and writes to regular files alone", async () => {
  await done("keygen", "-o", at("one.pem"));
  const first = readFileSync(at("one.pem"));
  await refused(1, /error\[key-exists\].*one\.pem/, "keygen", "-o", at("one.pem"));
  writeFileSync(at("two.pub"), "something");
  await refused(1, /error\[key-exists\].*two\.pub/, "keygen", "-o", at("two.pem"));
  assert.not(existsSync(at("two.pem")));
  assert.equal(readFileSync(at("one.pem")), first);
  chmodSync(at("one.pem"), 0o644);
  await done("keygen", "-o", at("one.pem"), "--force");
  assert.not.equal(readFileSync(at("one.pem")), first);
  if (process.platform !== "win32") assert.is(statSync(at("one.pem")).mode & 0o777, 0o600);
  await refused(2, /is a public key's name/, "keygen", "-o", at("one.pub"));
  mkdirSync(at("folder.pem"));
  await refused(2, /is no regular file/, "keygen", "-o", at("folder.pem"), "--force");
});

test("sign writes what signModule gives, with a self-test of its own where that is short", async () => {
  const { stdout } = await sign("small.wasm");
  assert.match(stdout, new RegExp(`signed by {2}key ${idOf(a)}\nid +small\nversion +1\n`));
  assert.match(stdout, /self-test +7 bytes, of pseudo-random inputs/);
  const { selfTest } = readTrust(read("out.wasm")) ?? {};
  assert.ok(selfTest);
  const runner = await openRunner("node", read("out.wasm"), openModule(read("out.wasm")));
  runner.writeInput(0, selfTest?.inputs[0] as Uint8Array);
  runner.run();
  assert.equal(runner.readOutput(0), selfTest?.outputs[0]);
  runner.close();
  assert.equal(read("out.wasm"), signModule(read("small.wasm"), a, { selfTest }).wasm);
});

test("a self-test is of the files that are given, of the state that a model begins with, or none", async () => {
  await sign("small.wasm", "--self-test", at("in.json"));
  assert.equal(readTrust(read("out.wasm"))?.selfTest, {
    inputs: [Uint8Array.of(2, 4, 6, 8)],
    outputs: [Uint8Array.of(2, 4, 20)],
  });
  writeFileSync(at("state.wasm"), (await buildModel(statefulGraph())).wasm);
  writeFileSync(at("step.json"), "[5]");
  await sign("state.wasm", "--self-test", at("step.json"));
  const { selfTest, trust } = readTrust(read("out.wasm")) ?? {};
  assert.is(trust?.abi, 2, "its state is to be reset");
  assert.equal(selfTest?.outputs, [Uint8Array.of(12, 0, 0, 0)]);
  const graph = smallGraph();
  const wide = graph.tensors.map((tensor) => ({
    ...tensor,
    shape: tensor.data ? tensor.shape : [2000, ...tensor.shape.slice(1)],
  }));
  writeFileSync(at("wide.wasm"), (await buildModel({ ...graph, tensors: wide })).wasm);
  assert.match((await sign("wide.wasm")).stdout, /self-test +none: its inputs and outputs are 14,000 bytes/);
  assert.match((await sign("wide.wasm", "--self-test", "random")).stdout, /self-test +14,000 bytes/);
});

test("inputs of a self-test are finite numbers, and zeros where they may be indices", async () => {
  const { manifest } = openModule((await buildModel(floatEndedGraph())).wasm);
  const [input] = manifest.inputs;
  const of = (dtype: "float32" | "int32" | "bool") =>
    pseudoRandomInputs({ ...manifest, inputs: [{ ...input!, dtype, shape: [1, 64] }] })[0] as Uint8Array;
  assert.ok(new Float32Array(of("float32").buffer).every((value) => value >= -1 && value < 1));
  assert.ok(new Set(new Float32Array(of("float32").buffer)).size > 30);
  assert.ok(of("int32").every((byte) => byte === 0) && of("int32").length === 256);
  assert.ok(of("bool").every((byte) => byte <= 1));
});

test("what sign cannot do is refused, and nothing is written", async () => {
  const command = ["sign", at("small.wasm"), "--key", at("a.pem"), "-o", at("never.wasm")];
  const key = (name: string) => ["sign", at("small.wasm"), "--key", at(name), "-o", at("never.wasm")];
  await refused(1, /key-invalid\].*it is a public key.*a\.pub/, ...key("a.pub"));
  await refused(1, /file-unreadable\].*absent\.pem/, ...key("absent.pem"));
  await refused(
    1,
    /board-unknown\].*"rp3" \(did you mean rp2\?\); the families are .*mps2/,
    ...command,
    "--for",
    "rp3",
  );
  await refused(1, /trust-invalid\].*id: a text of 1 to 64 bytes/, ...command, "--id", "m".repeat(65));
  await refused(
    1,
    /input-count\].*2 for the self-test of 1/,
    ...command,
    "--self-test",
    at("in.json"),
    at("in.json"),
  );
  await refused(2, /random beside files/, ...command, "--self-test", "random", at("in.json"));
  await refused(2, /would overwrite/, ...command.slice(0, -1), at("a.pem"));
  writeFileSync(at("text.wasm"), "no model");
  await refused(1, /module-invalid\].*plain text/, "sign", at("text.wasm"), ...command.slice(2));
  assert.not(existsSync(at("never.wasm")));
  if (process.platform === "win32") return;
  writeFileSync(at("open.pem"), privateKeyPem(a), { mode: 0o644 });
  assert.match((await done(...key("open.pem"))).stderr, /warning: others may read .*open\.pem; chmod 600/);
});

test("verify says who signed, what is said, and with which error a file does not hold", async () => {
  const held = await done("verify", at("signed.wasm"), "--key", at("b.pub"), at("a.pub"));
  assert.match(
    held.stdout,
    new RegExp(
      `\nnot signed by {2}key ${idOf(b)} .*\nsigned by {2}key ${idOf(a)} .*\nid +small\nversion +3\n`,
    ),
  );
  const verify = (name: string, key = "a.pub") => ["verify", at(name), "--key", at(key)];
  await refused(
    1,
    new RegExp(`signature-untrusted\\].*signed by key ${idOf(a)}; key ${idOf(b)} is`),
    ...verify("signed.wasm", "b.pub"),
  );
  await refused(1, /signature-missing\].*small\.wasm.*\nhelp: Sign it/, ...verify("small.wasm"));
  writeFileSync(
    at("changed.wasm"),
    read("signed.wasm").map((byte, i, { length }) => (i === length - 1 ? byte ^ 1 : byte)),
  );
  await refused(1, /signature-wrong\].*what follows its head was changed/, ...verify("changed.wasm"));
  writeFileSync(
    at("broken.wasm"),
    read("signed.wasm").map((byte, i) => (i === 21 ? 9 : byte)),
  );
  await refused(1, /signature-malformed\].*version 9; 1 is known/, ...verify("broken.wasm"));
  await refused(
    1,
    /key-invalid\].*it is a private key; its public key is expected/,
    ...verify("signed.wasm", "a.pem"),
  );
  await refused(1, /module-invalid/, ...verify("in.json"));
});

test("a signed model runs, is measured, looked at and exported as one that is not", async () => {
  const outputs = async (name: string, on: string) => {
    const { stdout } = await done("run", at(name), "--input", at("in.json"), "--on", on, "--json");
    return JSON.parse(stdout).outputs;
  };
  for (const on of ["node", "wasm3"])
    assert.equal(await outputs("signed.wasm", on), await outputs("small.wasm", on));
  await done("bench", at("signed.wasm"), "--on", "node", "--json");
  const inspected = async (name: string) => JSON.parse((await done("inspect", at(name), "--json")).stdout);
  const [plain, signed] = [await inspected("small.wasm"), await inspected("signed.wasm")];
  assert.is(plain.signed, null);
  assert.equal(signed.signed.keys, [idOf(a)]);
  assert.is(signed.signed.trust.version, 3);
  assert.equal(signed.manifest, plain.manifest);
  // The firmware's engine reads the file for these.
  const fits = (found: { fits: { fits: boolean; board: string }[] }) =>
    found.fits.map(({ fits: each, board }) => [board, each]);
  assert.equal(fits(signed), fits(plain));
  assert.match(
    (await done("inspect", at("signed.wasm"))).stdout,
    /\nsigned {2}by key [0-9a-f]{24}; .*\n {2}id +small\n/,
  );
  assert.match((await done("inspect", at("broken.wasm"))).stdout, /\nsigned {2}version 9; 1 is known\n/);
  const exported = ["--as", "c", "--core", "host"];
  const { stderr } = await done("export", at("signed.wasm"), ...exported, "-o", at("taken"));
  assert.match(stderr, /signed\.wasm: what is exported is not signed any more.*--tier both/);
  const whole = await done("export", at("signed.wasm"), ...exported, "--tier", "both", "-o", at("whole"));
  assert.not.match(whole.stderr, /signed/);
});

test("weights of a signed file lie at a multiple of 16, and compare finds its layers", async () => {
  const weights = customSections(read("signed.wasm")).find(({ name }) => name === "wasmote.weights");
  assert.is((weights?.offset ?? 1) % 16, 0);
  await done("compare", at("signed.wasm"), at("small.wasm"), "--input", at("in.json"), "--json");
});

test("a signed model is pushed as it is", async () => {
  const board = new SimulatedBoard();
  const server = await serve(board, (made) => made.listen(at("line")));
  const file = signModule(modelFile("on-board", 100, 1, []), a).wasm;
  writeFileSync(at("pushed.wasm"), file);
  await done("push", at("pushed.wasm"), "--port", `unix:${at("line")}`);
  server.close();
  assert.equal(board.flash.slots[board.flash.active]?.bytes, file);
});

test.run();
