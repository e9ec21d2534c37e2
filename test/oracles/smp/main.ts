/**
 * Has clients of SMP that others wrote update emulated boards, with open firmware and with firmware that runs signed models only.
 * How it is run: README.md here.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBoard } from "../../../host/boards/index.js";
import { buildFirmware } from "../../../host/firmware/build.js";
import { generateKey } from "../../../host/trust/keys.js";
import { serveBoard, writeModels } from "./serve-board.js";

const [environment, ...names] = process.argv.slice(2);
if (environment === undefined)
  throw new Error("usage: main.ts ENVIRONMENT [BOARD...] (test/oracles/smp/README.md)");
const boards = names.length > 0 ? names : ["mps2-an386", "qemu-rv32", "pico"];
const check = fileURLToPath(new URL("check.py", import.meta.url));
const programs = join(environment, "bin");
const folder = mkdtempSync(join(tmpdir(), "wasmote-smp-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

/** Runs the checks; false where one fails. */
function run(socket: string, models: string): Promise<boolean> {
  const args = ["-B", check, socket, models, join(programs, "smpmgr")];
  const child = spawn(join(programs, "python"), args, { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}

const failed: string[] = [];
for (const name of boards) {
  for (const key of [undefined, generateKey()]) {
    const title = `${name}, ${key === undefined ? "open" : "signed models only"}`;
    console.log(`\n${title}`);
    const board = loadBoard(name);
    const trust = key === undefined ? {} : { trust: { keys: [key.public.bytes] } };
    const firmware = await buildFirmware(board, { warningsAreErrors: true, ...trust });
    const models = join(folder, title);
    mkdirSync(models);
    writeModels(models, key);
    const socket = join(models, "line");
    const served = await serveBoard(board, firmware, socket);
    if (!(await run(socket, models))) failed.push(title);
    await served.close();
  }
}
for (const title of failed) console.log(`FAILED: ${title}`);
process.exitCode = failed.length > 0 ? 1 : 0;
