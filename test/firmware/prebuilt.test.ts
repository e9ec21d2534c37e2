import { mkdirSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../host/boards/index.js";
import { sha256Of } from "../../host/files/sha256.js";
import { firmwareSources } from "../../host/firmware/build.js";
import { obtainableFirmware } from "../../host/firmware/obtain.js";
import { type FirmwareList, fileNames, prebuiltFirmware } from "../../host/firmware/prebuilt.js";
import { packageVersion } from "../../host/tools/package-version.js";
import { inProcess } from "../cli/command.js";
import { errorOf } from "../error-of.js";
import { FakeTools } from "../flash/fake-tools.js";

/** A package of firmware that is made for the test: nothing is compiled, its ELF files hold one segment. */

interface Context {
  /** A user's project. */
  project: string;
  /** The package in it. */
  folder: string;
  list: FirmwareList;
  tools: FakeTools;
}

const test = suite<Context>("firmware that is built already");
const pico = loadBoard("pico");

/** An ELF file with one segment of 100 bytes at the beginning of the board's flash. */
function elf(): Buffer {
  const file = Buffer.alloc(52 + 32);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1]);
  file.writeUInt32LE(52, 28);
  file.writeUInt16LE(32, 42);
  file.writeUInt16LE(1, 44);
  const segment = [1, 0, pico.flashOrigin, pico.flashOrigin, 100, 100, 0, 0];
  for (const [i, word] of segment.entries()) file.writeUInt32LE(word, 52 + 4 * i);
  return file;
}

function writeList({ folder, list }: Context): void {
  writeFileSync(join(folder, "firmware.json"), JSON.stringify(list));
}

test.before.each((context) => {
  context.tools = new FakeTools();
  context.project = mkdtempSync(join(tmpdir(), "wasmote-firmware-"));
  context.folder = join(context.project, "node_modules", "@wasmote", "firmware");
  mkdirSync(join(context.folder, "pico"), { recursive: true });
  const files = fileNames(pico).map((name) => {
    const bytes = name.endsWith(".elf") ? elf() : Buffer.from(`bytes of ${name}`);
    writeFileSync(join(context.folder, "pico", name), bytes);
    return { name, bytes: bytes.length, sha256: sha256Of(bytes) };
  });
  const entry = { sources: firmwareSources(pico), link: pico.link, flashBytes: 100, ramBytes: 0, files };
  context.list = { wasmote: packageVersion(), boards: { pico: entry } };
  writeFileSync(join(context.folder, "package.json"), '{"name":"@wasmote/firmware"}');
  writeList(context);
});
test.after.each(({ project, tools }) => {
  rmSync(project, { recursive: true });
  tools.remove();
});

test("firmware of this version and these sources is taken, without any program", async ({
  project,
  folder,
}) => {
  const found = obtainableFirmware(pico, { from: ["/nowhere", project] });
  assert.ok(found.prebuilt);
  assert.equal([found.lacks, found.why], [[], undefined]);
  const { files, sizes } = await found.obtain();
  assert.is(files.uf2, join(folder, "pico", "pico.uf2"));
  assert.is(readFileSync(files.hex, "utf8"), "bytes of pico.hex");
  assert.equal(sizes, { flashBytes: 100, ramBytes: 0 });
});

test("what is of another version, of other sources, or not there is not taken, and why is told", (context) => {
  const { project, list } = context;
  const why = (board = pico) => prebuiltFirmware(board, [project]).why;
  assert.match(why({ ...pico, clockHz: 1 })!, "its firmware of pico is made of other sources");
  assert.match(why(loadBoard("pico-2"))!, "it has no firmware of pico-2");
  list.wasmote = "0.0.1";
  writeList(context);
  assert.match(why()!, `it is of wasmote 0.0.1, this is ${packageVersion()}`);
  assert.equal(prebuiltFirmware(pico, ["/nowhere"]), {}, "no package at all is nothing to tell");
});

test("each file is checked: a bit that differs, a file that is gone, and one that is not listed", async (context) => {
  const { project, folder, list } = context;
  const code = async () => (await errorOf(() => prebuiltFirmware(pico, [project]))).code;
  for (const name of fileNames(pico)) {
    const path = join(folder, "pico", name);
    const bytes = readFileSync(path);
    const changed = Buffer.from(bytes);
    changed[changed.length - 1]! ^= 1;
    writeFileSync(path, changed);
    const error = await errorOf(() => prebuiltFirmware(pico, [project]));
    assert.is(error.code, "firmware-hash", name);
    assert.match(error.message, `${sha256Of(changed)}; ${sha256Of(bytes)} is expected (${path})`);
    unlinkSync(path);
    assert.is(await code(), "firmware-hash", `${name} is gone`);
    writeFileSync(path, bytes);
  }
  assert.ok(prebuiltFirmware(pico, [project]).firmware);
  list.boards.pico!.files.pop();
  writeList(context);
  assert.is(await code(), "firmware-hash");
});

test("a damaged list is told", async ({ project, folder }) => {
  for (const [text, found] of [
    ["{", /JSON/],
    ['{"wasmote":1,"boards":{}}', /wasmote: /],
    ["null", /expected object/],
  ] as const) {
    writeFileSync(join(folder, "firmware.json"), text);
    const error = await errorOf(() => obtainableFirmware(pico, { from: [project] }));
    assert.is(error.code, "file-unreadable");
    assert.match(error.message, found);
  }
});

test("--build builds all the same; without a compiler both ways out are named", async ({
  project,
  tools,
}) => {
  const forced = obtainableFirmware(pico, { from: [project], build: true });
  assert.not(forced.prebuilt);
  assert.equal(forced.lacks, ["cmake", "make", "arm-none-eabi-gcc"]);
  const error = await errorOf(forced.obtain());
  assert.is(error.code, "tool-missing");
  assert.match(error.message, "cmake, make, arm-none-eabi-gcc");
  assert.match(error.help, `npm install @wasmote/firmware@${packageVersion()}`);
  const emulated = await errorOf(obtainableFirmware(loadBoard("mps2-an386"), { from: [project] }).obtain());
  assert.not.match(emulated.help, "@wasmote/firmware", "the package has no firmware of it");
  tools.addFirmwareTools("pico");
  assert.equal(obtainableFirmware(pico, { from: [project], build: true }).lacks, []);
});

test("the commands take it, say why they do not, and obey --build", async (context) => {
  const { project, tools, list } = context;
  const [folder, cache] = [process.cwd(), process.env.XDG_CACHE_HOME];
  process.chdir(project);
  process.env.XDG_CACHE_HOME = join(project, "cache");
  try {
    const taken = await inProcess(["firmware", "pico", "-o", "out.uf2"]);
    assert.is(taken.code, 0, taken.stderr);
    assert.is(readFileSync("out.uf2", "utf8"), "bytes of pico.uf2");
    assert.match(taken.stdout, /flash +100 bytes of/);
    mkdirSync("RPI-RP2");
    writeFileSync(join("RPI-RP2", "INFO_UF2.TXT"), "UF2 Bootloader v3.0\nBoard-ID: RPI-RP2\n");
    const flash = ["flash", "pico", "--method", "uf2", "--device", join(project, "RPI-RP2")];
    const flashed = await inProcess(flash);
    assert.is(flashed.code, 0, flashed.stderr);
    assert.is(readFileSync(join("RPI-RP2", "pico.uf2"), "utf8"), "bytes of pico.uf2");
    const forced = await inProcess([...flash, "--build"]);
    assert.is(forced.code, 3);
    assert.match(forced.stderr, "or take firmware that is built already: npm install @wasmote/firmware@");
    tools.addFirmwareTools("pico");
    list.wasmote = "0.0.1";
    writeList(context);
    const built = await inProcess(["firmware", "pico", "-o", "out.elf"]);
    assert.is(built.code, 0, built.stderr);
    assert.match(built.stderr, /@wasmote\/firmware is not used: it is of wasmote 0\.0\.1, this is /);
    assert.is(readFileSync("out.elf").length, 52);
  } finally {
    process.chdir(folder);
    if (cache === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cache;
  }
});

test.run();
