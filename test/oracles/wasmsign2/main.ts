/**
 * Checks that files signed by wasmote hold for wasmsign2 and the other way round, and writes test/golden/wasmsign2. How it is
 * run: README.md here.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WasmoteError } from "../../../host/errors.js";
import { buildModel } from "../../../host/pipeline.js";
import { privateKeyPem, publicKeyPem } from "../../../host/trust/keys.js";
import { signModule } from "../../../host/trust/sign.js";
import { verifyModule } from "../../../host/trust/verify.js";
import { smallGraph } from "../../cli/command.js";
import { testKey } from "../../trust/keys.js";

const [program] = process.argv.slice(2);
if (program === undefined) throw new Error("usage: main.ts PROGRAM (test/oracles/wasmsign2/README.md)");
const folder = mkdtempSync(join(tmpdir(), "wasmote-wasmsign2-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const golden = fileURLToPath(new URL("../../golden/wasmsign2", import.meta.url));
mkdirSync(golden, { recursive: true });

const at = (name: string): string => join(folder, name);
const write = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(at(name), bytes);
  return at(name);
};
const theirs = (...args: string[]): string => execFileSync(program, args, { encoding: "utf8" }).trim();
const keys = { a: testKey(1), b: testKey(2), c: testKey(3) };
for (const [name, key] of Object.entries(keys)) {
  write(`${name}.pem`, privateKeyPem(key));
  write(`${name}.pub`, publicKeyPem(key.public));
}

/** What `verify` finds: the names of the keys that signed, or the code of the error. */
function ours(file: Uint8Array, names: readonly (keyof typeof keys)[] = ["a", "b", "c"]): string {
  try {
    const found = verifyModule(
      file,
      names.map((name) => keys[name].public),
    );
    return names.filter((name) => found.keys.includes(keys[name].public)).join(" ");
  } catch (error) {
    if (error instanceof WasmoteError) return error.code;
    throw error;
  }
}

let failed = false;
function check(what: string, found: string, expected: string): void {
  const same = found === expected;
  console.log(`${same ? "ok    " : "FAILED"}  ${what}: ${found}${same ? "" : `; expected: ${expected}`}`);
  failed ||= !same;
}

const { wasm } = await buildModel(smallGraph());
const selfTest = { inputs: [Uint8Array.of(1, 2, 3, 4)], outputs: [Uint8Array.of(1, 2, 10)] };
const first = signModule(wasm, keys.a, { version: 3, for: ["rp2"], selfTest }).wasm;
const both = signModule(first, keys.b).wasm;
const changed = (file: Uint8Array, at: number): Uint8Array =>
  file.map((byte, i) => (i === at ? byte ^ 1 : byte));
const verify = (name: string, file: Uint8Array, how: string, ...by: string[]): string =>
  theirs(how, write(name, file), ...by.map((key) => at(`${key}.pub`)));

check("wasmsign2 on one signature", verify("one.wasm", first, "verify", "a"), "verified 1");
check("wasmsign2 on two signatures", verify("two.wasm", both, "verify", "a", "b", "c"), "verified 2");
check("wasmsign2, another key", verify("one.wasm", first, "verify", "c"), "refused: No valid signatures");
check("wasmsign2, parts", verify("two.wasm", both, "verify-parts", "b"), "verified 1");
const last = changed(first, first.length - 1);
check(
  "wasmsign2, last byte changed",
  verify("last.wasm", last, "verify", "a"),
  "refused: No valid signatures",
);
check(
  "wasmsign2, last byte changed, parts alone",
  verify("last.wasm", last, "verify-parts", "a"),
  "verified 1",
);
check("wasmote on that", ours(last), "signature-wrong");

const built = write("built.wasm", wasm);
const signedBy = (how: string, input: string, key: string, name: string, ...id: string[]): Uint8Array => {
  check(`${how} ${name}`, theirs(how, input, at(name), at(`${key}.pem`), ...id), "signed");
  return new Uint8Array(readFileSync(at(name)));
};
for (const [id, name] of [
  [[], "single"],
  [["default"], "single-default-id"],
  [["release"], "single-text-id"],
] as const) {
  const file = signedBy("sign", built, "b", `${name}.wasm`, ...id);
  writeFileSync(join(golden, `${name}.wasm`), file);
  check(`wasmote on ${name}`, ours(file), "b");
  check(`wasmote on ${name}, another key`, ours(file, ["a"]), "signature-untrusted");
  check(`wasmote on ${name}, changed`, ours(changed(file, file.length - 1)), "signature-wrong");
}
const one = write("one.wasm", first);
for (const [id, name] of [
  [[], "beside-ours"],
  [["default"], "beside-ours-default-id"],
] as const) {
  const file = signedBy("sign-multi", one, "b", `${name}.wasm`, ...id);
  writeFileSync(join(golden, `${name}.wasm`), file);
  check(`wasmote on ${name}`, ours(file), "a b");
}
const twice = signedBy("sign-multi", at("single-default-id.wasm"), "c", "single-twice.wasm", "default");
check("wasmote on single-twice", ours(twice), "b c");
const split = signedBy("sign-split", built, "c", "split.wasm", "default");
check("wasmote on split", ours(split), "c");
const later = signedBy("sign-split", one, "c", "split-ours.wasm", "default");
check("wasmote on split-ours: a signed less than the file now is", ours(later), "c");
check("wasmote on split-ours, a alone", ours(later, ["a"]), "signature-wrong");
process.exitCode = failed ? 1 : 0;
