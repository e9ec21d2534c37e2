import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FlashMethod, loadBoard } from "../../host/boards/index.js";
import { connected, flashBoard, files as none, refusal } from "./flash-board.js";

const test = suite<{ mounts: string }>("daplink");

test.before.each((context) => {
  context.mounts = mkdtempSync(join(tmpdir(), "wasmote-mounts-"));
});
test.after.each(({ mounts }) => rmSync(mounts, { recursive: true }));

const board = loadBoard("microbit-v2");
const details = (id: string): string =>
  `# DAPLink Firmware - see https://daplink.io\r\nUnique ID: ${id}360258434e45003e400e00000059000000009796990b\r\nHIC ID: 9796990b\r\n`;

/** Puts a volume of a debugger there, or a fresh one in place of the one that was there. */
function mount(mounts: string, name: string, contents: Record<string, string>): string {
  const path = join(mounts, name);
  const fresh = join(mounts, `.${name}`);
  mkdirSync(fresh);
  for (const [file, text] of Object.entries(contents)) writeFileSync(join(fresh, file), text);
  rmSync(path, { recursive: true, force: true });
  renameSync(fresh, path);
  return path;
}

/** Mounts the volume anew once the file is on it, as the debugger does when it has written it. */
function remountWith(mounts: string, name: string, contents: Record<string, string>): Promise<string> {
  const path = join(mounts, name, "microbit-v2.hex");
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      let copied: string;
      try {
        copied = readFileSync(path, "utf8");
      } catch {
        return;
      }
      if (copied !== hex) return;
      clearInterval(timer);
      mount(mounts, name, contents);
      resolve(copied);
    }, 2);
  });
}

const hex = ":020000040000FA\n:00000001FF\n";

function firmware(mounts: string): { board: typeof board; files: typeof none } {
  const path = join(mounts, "firmware");
  mkdirSync(path, { recursive: true });
  const file = join(path, "microbit-v2.hex");
  writeFileSync(file, hex);
  return { board, files: { ...none, hex: file } };
}

const patience = { pollMillis: 2, scale: 0.02 };
const places = (mounts: string) => ({ ...connected(), mountFolders: [mounts], patience });

test("the HEX file is copied to the volume of that board, which is waited for", async ({ mounts }) => {
  mount(mounts, "MICROBIT1", { "DETAILS.TXT": details("9900") });
  mount(mounts, "STICK", { "DETAILS.TXT": "Holiday pictures" });
  const good = { "DETAILS.TXT": details("9906"), "MBED.HTM": "" };
  mount(mounts, "MICROBIT", { ...good, "FAIL.TXT": "error: of the time before" });
  const copied = remountWith(mounts, "MICROBIT", good);
  assert.is(await flashBoard(firmware(mounts), undefined, places(mounts)), "daplink");
  assert.is(await copied, hex);
});

test("what FAIL.TXT says when the volume is back is the error", async ({ mounts }) => {
  const path = mount(mounts, "MICROBIT", { "DETAILS.TXT": details("9904") });
  const failure = "error: The transfer timed out.\r\ntype: transient, user\r\n";
  void remountWith(mounts, "MICROBIT", { "DETAILS.TXT": details("9904"), "FAIL.TXT": failure });
  const message = await refusal(flashBoard(firmware(mounts), undefined, places(mounts)), "flash-refused");
  assert.match(message, "error: The transfer timed out.; type: transient, user");
  assert.match(message, path);
});

test("a volume that does not come back, or cannot be written to, is told", async ({ mounts }) => {
  mount(mounts, "MICROBIT", { "DETAILS.TXT": details("9904") });
  const task = firmware(mounts);
  assert.match(
    await refusal(flashBoard(task, undefined, places(mounts)), "flash-refused"),
    /did not come back within 1\.2 s/,
  );
  const blocked = mount(mounts, "MICROBIT", { "DETAILS.TXT": details("9904") });
  mkdirSync(join(blocked, "microbit-v2.hex"));
  assert.match(await refusal(flashBoard(task, undefined, places(mounts)), "flash-refused"), /EISDIR/);
});

test("an ST-LINK's volume is told by the code in its MBED.HTM", async ({ mounts }) => {
  const method: FlashMethod = { method: "daplink", file: "bin", boardIds: ["0776"] };
  const nucleo = { ...loadBoard("nucleo-l4r5zi"), flashMethods: [method] };
  const page = '<meta http-equiv="refresh" content="0; url=https://os.mbed.com/platforms/?code=07760221"/>';
  mount(mounts, "NODE_L4R5ZI", { "DETAILS.TXT": "Version: 0221\nBuild:   Jan  7 2019", "MBED.HTM": page });
  const bin = firmware(mounts).files.hex;
  const copied = remountWith(mounts, "NODE_L4R5ZI", { "MBED.HTM": page });
  assert.is(
    await flashBoard({ board: nucleo, files: { ...none, bin } }, undefined, places(mounts)),
    "daplink",
  );
  assert.is(await copied, hex);
});

test("without the volume what is there is listed; of two, one must be named", async ({ mounts }) => {
  const task = firmware(mounts);
  const flash = (wanted?: string) => flashBoard({ ...task, wanted }, "daplink", places(mounts));
  assert.match(await refusal(flash(), "device-missing"), "there is no volume of a debugger");
  const other = mount(mounts, "OTHER", { "DETAILS.TXT": details("9900") });
  assert.match(
    await refusal(flash(), "device-missing"),
    `9903 or 9904 or 9905 or 9906; there are ${other} (9900)`,
  );
  const first = mount(mounts, "MICROBIT", { "DETAILS.TXT": details("9904") });
  const second = mount(mounts, "MICROBIT1", { "DETAILS.TXT": details("9906") });
  assert.match(await refusal(flash(), "device-ambiguous"), `${first} (9904), ${second} (9906)`);
  const copied = remountWith(mounts, "MICROBIT1", { "DETAILS.TXT": details("9906") });
  await flash(second);
  assert.is(await copied, hex);
  assert.equal(readdirSync(first), ["DETAILS.TXT"]);
});

test.run();
