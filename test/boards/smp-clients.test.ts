import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sha256Of } from "../../host/files/sha256.js";
import { findProgram } from "../../host/tools/find.js";
import { userCache } from "../../host/tools/user-cache.js";
import { generateKey } from "../../host/trust/keys.js";
import { serveBoard, writeModels } from "../oracles/smp/serve-board.js";
import { availableBoards, firmwareOf, trustingFirmwareOf } from "./emulators.js";
import { monocypherSources } from "./native/monocypher.js";

/** A client of SMP that others wrote: PyPI's smpclient, as test/oracles/smp/README.md says. */

const oracle = fileURLToPath(new URL("../oracles/smp", import.meta.url));
const requirements = join(oracle, "smpclient.txt");
const installMillis = 60_000;
const python = findProgram("python3");

/** The folder of smpclient's modules, kept in the user's cache; undefined, which is said aloud, where they are not to be had. */
function smpclientModules(): string | undefined {
  try {
    if (python === undefined) throw new Error("there is no python3");
    const parent = userCache() ?? tmpdir();
    const folder = join(parent, `smpclient-${sha256Of(readFileSync(requirements)).slice(0, 12)}`);
    if (existsSync(folder)) return folder;
    mkdirSync(parent, { recursive: true });
    const draft = mkdtempSync(join(parent, "smpclient."));
    const args = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--no-deps",
      "--target",
      draft,
      "--requirement",
      requirements,
    ];
    try {
      execFileSync(python, args, { stdio: ["ignore", "ignore", "pipe"], timeout: installMillis });
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
    return folder;
  } catch (error) {
    console.error(
      `SKIPPED: models updated by smpclient, which is not to be had: ${(error as Error).message.split("\n")[0]}`,
    );
    return undefined;
  }
}

/** What check.py prints, the end of it where it fails. */
function check(
  modules: string,
  socket: string,
  folder: string,
): Promise<{ code: number | null; text: string }> {
  const env = { ...process.env, PYTHONPATH: modules };
  const child = spawn(python!, ["-B", join(oracle, "check.py"), socket, folder], { env });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes: Buffer) => {
      text += bytes.toString("utf8");
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, text: text.slice(-3000) }));
  });
}

const boards = availableBoards(["mps2-an386"]);
const modules = boards.length > 0 ? smpclientModules() : undefined;
const keys = monocypherSources() === undefined ? [undefined] : [undefined, generateKey()];

for (const board of modules === undefined ? [] : boards) {
  for (const key of keys) {
    test(`smpclient updates ${board.id}, ${key === undefined ? "open" : "with a trusted key"}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "wasmote-smp-"));
      writeModels(folder, key);
      const firmware = await (key === undefined
        ? firmwareOf(board)
        : trustingFirmwareOf(board, { keys: [key.public.bytes] }));
      const socket = join(folder, "line");
      const served = await serveBoard(board, firmware, socket);
      try {
        const { code, text } = await check(modules!, socket, folder);
        assert.is(code, 0, text);
      } finally {
        await served.close();
        rmSync(folder, { recursive: true });
      }
    });
  }
}

test.run();
