import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connectBoard } from "../../host/device/connect.js";
import { sha256Of } from "../../host/files/sha256.js";
import { generateKey, hexOf, privateKeyPem, publicKeyPem } from "../../host/trust/keys.js";
import { signModule } from "../../host/trust/sign.js";
import { inProcess, type Result } from "../cli/command.js";
import { type ServedBoard, serveBoard } from "../oracles/smp/serve-board.js";
import { availableBoards, firmwareOf, trustingFirmwareOf } from "./emulators.js";
import { makeModel } from "./made-modules.js";
import { monocypherSources } from "./native/monocypher.js";

/** `wasmote slots`, `keys`, `boards --port`, and `--key` of `run` and `bench`, at an emulated board's line. */

const boards = monocypherSources() === undefined ? [] : availableBoards(["mps2-an386"]);
const folder = mkdtempSync(join(tmpdir(), "wasmote-slots-"));
const at = (name: string): string => join(folder, name);
const keys = { first: generateKey(), second: generateKey() };
for (const [name, key] of Object.entries(keys)) {
  writeFileSync(at(`${name}.pem`), privateKeyPem(key), { mode: 0o600 });
  writeFileSync(at(`${name}.pub`), publicKeyPem(key.public));
}
const ids = { first: hexOf(keys.first.public.id), second: hexOf(keys.second.public.id) };
/** i32.const 0. */
const returnsDone = [0x41, 0];
const hashes: Record<string, string> = {};
for (const [i, name] of ["one", "two", "three"].entries()) {
  const { wasm } = signModule(makeModel(name, returnsDone), keys.first, { version: i + 1 });
  hashes[name] = sha256Of(wasm);
  writeFileSync(at(`${name}.wasm`), wasm);
}
writeFileSync(at("in.bin"), new Uint8Array(8));
test.after(() => rmSync(folder, { recursive: true }));

const line = ["--port", `unix:${at("line")}`];
const withKey = ["--key", at("first.pem")];
const done = async (...args: string[]): Promise<Result> => {
  const result = await inProcess([...args, ...line]);
  assert.is(result.code, 0, `${args.join(" ")}: ${result.stderr}`);
  return result;
};
const refused = async (expected: RegExp, ...args: string[]): Promise<void> => {
  const { code, stderr } = await inProcess([...args, ...line]);
  assert.is(code, 1, stderr);
  assert.match(stderr, expected);
};
/** Starts the board anew, which ends its session. */
const restart = async (): Promise<void> => {
  const device = await connectBoard(undefined, { port: line[1] });
  await device.reset();
  await device.echo("begun", { timeoutMillis: 500, attempts: 60 });
  await device.close();
};
const states = async (): Promise<string[]> => {
  const { stdout } = await done("slots");
  return stdout
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((row) => row.trim().split(/ {2,}/).slice(1, -1).join("|"));
};

for (const board of boards) {
  let served: ServedBoard;

  test(`${board.id}: an open board says so, and takes a key for nothing`, async () => {
    served = await serveBoard(board, await firmwareOf(board), at("line"));
    const { stdout, stderr } = await done("slots");
    assert.match(stdout, /^slot .*\n +0 +- +- +0 +[\d,]+ +empty +-\n +1 /);
    assert.match(stderr, /the firmware is open/);
    assert.match((await done("boards")).stdout, /firmware +open/);
    assert.is((await done("keys")).stdout, "");
    await refused(/board-open.*\nhelp: .*--trust/, "keys", "--add", at("second.pub"), ...withKey);
    await done("push", at("one.wasm"), ...withKey);
    await served.close();
  });

  test(`${board.id}: models are tested, confirmed, reverted and erased`, async () => {
    const firmware = await trustingFirmwareOf(board, { keys: [keys.first.public.bytes] });
    served = await serveBoard(board, firmware, at("line"));
    await done("push", at("one.wasm"), ...withKey);
    await done("push", at("two.wasm"), ...withKey);
    const rows = await states();
    assert.match(rows[0]!, /^one\|1\.0\.0\|[\d,]+\|[\d,]+\|ready$/);
    assert.match(rows[1]!, /^two\|2\.0\.0\|[\d,]+\|[\d,]+\|active$/);
    await restart();
    await refused(/board-locked.*\nhelp: Give --key/, "slots", "--test", "0");
    await done("slots", "--test", "0", ...withKey);
    assert.match(
      (await states()).join(),
      /one.*active, on trial for 16 more runs,two.*confirmed, active after the trial/,
    );
    await done("slots", "--revert", ...withKey);
    assert.match((await states()).join(), /one.*failed its trial,two.*\|active$/);
    await refused(/trial-none/, "slots", "--revert", ...withKey);
    await done("slots", "--test", hashes.one!.slice(0, 6), ...withKey);
    await done("slots", "--confirm", ...withKey);
    assert.match((await states()).join(), /one.*\|active,two.*\|ready/);
    await refused(/board-busy/, "slots", "--erase", "0", ...withKey);
    await done("slots", "--confirm", hashes.two!, ...withKey);
    const { stdout } = await done("slots", "--erase", hashes.one!, ...withKey, "--json");
    const told = JSON.parse(stdout);
    assert.is(told.signed, true);
    assert.equal([told.slots[0].state, told.slots[0].model], ["empty", null]);
    assert.equal([told.slots[1].hash, told.slots[1].confirmed], [hashes.two, true]);
    for (const unknown of ["0", "7", "abcdef", hashes.one!, "xyz"])
      await refused(/slot-unknown/, "slots", "--confirm", unknown, ...withKey);
  });

  test(`${board.id}: what changes the board in a run takes the key`, async () => {
    const input = ["--input", at("in.bin")];
    await restart();
    await refused(/board-locked/, "run", at("one.wasm"), ...input);
    await done("run", at("one.wasm"), ...input, ...withKey);
    await done("bench", at("two.wasm"), "--limit", "100000000", ...withKey);
    await refused(/board-untrusted/, "bench", at("two.wasm"), "--key", at("second.pem"));
  });

  test(`${board.id}: keys are listed, added and retired`, async () => {
    const shown = await done("keys");
    assert.is(shown.stdout, `${ids.first}\n`);
    assert.match(shown.stderr, /signed models only, of 1 trusted key\n/);
    assert.match((await done("boards")).stdout, /firmware +signed models only, of 1 trusted key/);
    await refused(/key-untrusted/, "keys", "--add", at("second.pub"), "--key", at("second.pem"));
    await refused(/key-untrusted/, "keys", "--retire", at("second.pub"), ...withKey);
    await done("keys", "--add", at("second.pub"), ...withKey);
    assert.match((await done("keys", "--add", at("second.pub"), ...withKey)).stderr, /is trusted already/);
    await refused(/key-needed/, "keys", "--retire", at("first.pub"), "--key", at("second.pem"));
    const { stdout } = await done("keys", "--retire", at("second.pub"), ...withKey, "--json");
    const { signed, seq, keys: left } = JSON.parse(stdout);
    assert.equal([signed, seq, left], [true, 2, [ids.first]]);
    await served.close();
  });
}

test.run();
