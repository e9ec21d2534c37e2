import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { boardNames, boardsFolder } from "../../host/boards/index.js";
import { modelFile } from "../device/simulated-board.js";
import { FakeTools } from "../flash/fake-tools.js";
import { inProcess, temporaryFolder, wasmote } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string): string => join(folder, name);
writeFileSync(at("small.wasm"), modelFile("small", 1000));
writeFileSync(at("large.wasm"), modelFile("large", 500_000));
writeFileSync(at("in.bin"), new Uint8Array(16));
test.after(remove);

test("boards lists every board, how far it is proven, and what fits", () => {
  const { code, stdout, stderr } = wasmote(folder, ["boards", "--model", "large.wasm"]);
  assert.is(code, 0);
  assert.match(stderr, /^firmware is open, unless it is built with --trust/);
  const lines = stdout.trimEnd().split("\n");
  assert.is(lines.length, 1 + boardNames().length);
  const line = (name: string): string => lines.find((text) => text.startsWith(`${name} `)) ?? "";
  assert.match(line("pico-2"), /build-only .*fits, with [\d,]+ of RAM$/);
  assert.match(line("mps2-an386"), /emulator .*fits, with [\d,]+ of RAM$/);
  assert.match(line("microbit-v2"), /flash: 500,\d+ bytes needed, 176,128 available, [\d,]+ too few$/);
});

test("boards --json gives the same as data", () => {
  const boards = JSON.parse(wasmote(folder, ["boards", "--model", "large.wasm", "--json"]).stdout);
  assert.equal(
    boards.map(({ id }: { id: string }) => id),
    boardNames(),
  );
  const microbit = boards.find(({ id }: { id: string }) => id === "microbit-v2");
  assert.is(microbit.fit.fits, false);
  assert.is(microbit.fit.figures[1].availableBytes, 176_128);
  assert.equal(microbit.flashMethods, ["daplink", "openocd", "jlink", "pyocd"]);
});

test("a model that does not fit is refused before anything is built or started", () => {
  for (const command of [
    ["run", "large.wasm", "--input", "in.bin"],
    ["bench", "large.wasm"],
    ["push", "large.wasm"],
  ]) {
    const { code, stdout, stderr } = wasmote(folder, [...command, "--on", "microbit-v2"], {
      PATH: "/nowhere",
    });
    assert.is(code, 1, stderr);
    assert.match(stderr, /error\[board-too-small\]: .*large on microbit-v2: RAM: .*; flash: 500,/);
    assert.is(stdout, "");
  }
});

test("a board without an emulator needs a port; a missing tool is exit code 3 and named", () => {
  const none = wasmote(folder, ["bench", "small.wasm", "--on", "microbit-v2"]);
  assert.is(none.code, 1);
  assert.match(none.stderr, /error\[board-emulator-none\].*microbit-v2\nhelp: .*--port/);
  const bench = wasmote(folder, ["bench", "small.wasm", "--on", "mps2-an386"], { PATH: "/nowhere" });
  assert.is(bench.code, 3);
  assert.match(
    bench.stderr,
    /error\[tool-missing\]: .*cmake, make, arm-none-eabi-gcc, qemu-system-arm; Debian and Ubuntu: apt-get install cmake make gcc-arm-none-eabi picolibc-arm-none-eabi qemu-system-arm; Homebrew: /,
  );
  const firmware = wasmote(folder, ["firmware", "pico"], { PATH: "/nowhere" });
  assert.is(firmware.code, 3);
  const absent = wasmote(folder, ["push", "small.wasm", "--port", `unix:${at("absent")}`]);
  assert.is(absent.code, 3);
  assert.match(absent.stderr, /error\[port-unavailable\]/);
});

test("what flashing lacks is said before firmware is built", async () => {
  const tools = new FakeTools();
  try {
    tools.addFirmwareTools("microbit-v2", `/bin/touch '${at("built")}'`);
    const cases: [string[], number, RegExp][] = [
      [
        ["microbit-v2", "--method", "openocd"],
        3,
        /tool-missing\]: .*: openocd; Debian and Ubuntu: apt-get install openocd/,
      ],
      [
        ["nrf52840-dk"],
        3,
        /tool-missing\]: .*: openocd; Debian and Ubuntu: apt-get install openocd; .*; or else --method jlink takes JLinkExe\n/,
      ],
      [["pico", "--method", "uf2", "--device", folder], 3, /device-missing\]: .*is no UF2 volume/],
      [
        ["mps2-an386"],
        1,
        /flash-method\].*it is an emulator only\nhelp: Run a model on it with --on mps2-an386/,
      ],
    ];
    for (const [args, expected, message] of cases) {
      const { code, stderr } = await inProcess(["flash", ...args]);
      assert.is(code, expected, stderr);
      assert.match(stderr, message);
    }
    tools.script("arm-none-eabi-gcc", "echo picolibc.specs");
    const { stderr } = await inProcess(["flash", "microbit-v2", "--method", "openocd"]);
    assert.match(stderr, /tool-missing\]: .*: openocd, arm-none-eabi-gcc; .* picolibc-arm-none-eabi/);
    assert.not.match(stderr, "or else", "the way that was named is not to be another");
    const several = await inProcess(["flash", "nucleo-f446re"]);
    assert.match(
      several.stderr,
      /: st-flash, arm-none-eabi-gcc; .*; or else --method openocd takes openocd, --method jlink takes JLinkExe\nhelp: Install what is named .*@wasmote\/firmware@/,
    );
    assert.not(existsSync(at("built")));
  } finally {
    tools.remove();
  }
});

test("what the command line says wrongly is told", () => {
  const cases: [string[], number, RegExp][] = [
    [["push", "small.wasm"], 2, /no board is named\nhelp: Give --port PORT/],
    [["monitor"], 2, /required option '--port <port>'/],
    [
      ["firmware", "picco"],
      1,
      /error\[board-unknown\]: .*"picco" \(did you mean pico\?\); the boards are .*pico/,
    ],
    [["firmware", "mps2-an386", "-o", "x.uf2"], 2, /written as \.elf, \.bin or \.hex/],
    [["flash", "picco"], 1, /error\[board-unknown\]/],
    [["bench", "small.wasm", "--on", "pico", "--limit", "-5"], 2, /whole number/],
    [["build", "m.tflite", "--board", "picco"], 1, /error\[board-unknown\]/],
  ];
  const before = readdirSync(folder).sort();
  for (const [args, expected, message] of cases) {
    const { code, stderr } = wasmote(folder, args);
    assert.is(code, expected, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
  }
  assert.equal(readdirSync(folder).sort(), before);
});

test("the page that tells how to add a board shows a board that is valid", () => {
  const page = readFileSync(join(boardsFolder, "../docs/add-a-board.md"), "utf8");
  const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)![1]!) as Record<string, unknown>;
  assert.equal(Object.keys(example), [
    "inherits",
    "name",
    "vendor",
    "url",
    "flashBytes",
    "usb",
    "wiring",
    "enterBootLoader",
    "proven",
    "oscillator",
  ]);
  assert.ok(existsSync(join(boardsFolder, "families", `${example.inherits}.json`)));
});

test.run();
