import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { recordedFirmware } from "../../host/boards/firmware-sizes.js";
import { signModule } from "../../host/trust/sign.js";
import { root } from "../cli/command.js";
import { testKey } from "../trust/keys.js";
import { availableBoards, firmwareOf, trustingFirmwareOf } from "./emulators.js";
import { bodies, makeModel } from "./made-modules.js";
import { monocypherSources } from "./native/monocypher.js";
import { flashByObject, watchStart } from "./verification.js";

/** What a verification may take: bytes of flash, with all of boards/trust that it is of, bytes of stack, seconds besides hashing. */
const limits = { flashBytes: 14_000, stackBytes: 2_900, seconds: 0.5 };

const clockHz = 125_000_000;
const key = testKey(1);
const page = join(root, "docs", "security.md");
const number = new Intl.NumberFormat("en-US");

/** The parts of a verification, by their object files. */
const parts: readonly (readonly [part: string, objects: RegExp])[] = [
  ["the curve, Monocypher", /^monocypher\.c/],
  ["SHA-512, OpenBSD's", /^sha2\.c/],
  ["an Ed25519 signature of them", /^ed25519\.c/],
  ["signatures of a file, and by which key", /^(signed_module|keys)\.c/],
];

for (const board of monocypherSources() === undefined ? [] : availableBoards(["pico"]))
  test(`${board.id}: what a verification takes is within its limits, and docs/security.md says it (WASMOTE_GOLDEN=write)`, async () => {
    const [open, trusting] = [
      await firmwareOf(board),
      await trustingFirmwareOf(board, { keys: [key.public.bytes] }),
    ];
    const [without, objects] = [open, trusting].map(({ files }) =>
      flashByObject(readFileSync(files.elf.replace(/elf$/, "map"), "utf8")),
    ) as [Map<string, number>, Map<string, number>];
    const sizes = parts.map(([part, names]): [string, number] => {
      const found = [...objects].filter(([name]) => names.test(name));
      assert.ok(found.length > 0, part);
      return [part, found.reduce((sum, [, bytes]) => sum + bytes, 0)];
    });
    const helpers = [...objects]
      .filter(([name]) => name.startsWith("libgcc.a") && !without.has(name))
      .reduce((sum, [, bytes]) => sum + bytes, 0);
    const flashBytes = sizes.reduce((sum, [, bytes]) => sum + bytes, helpers);

    const names = ["check_signature", "ed25519_verify", "sha256"];
    const wasm = signModule(makeModel("model", bodies.sum, { weightBytes: 20_000 }), key).wasm;
    const { files } = trusting;
    const calls = await watchStart(
      { elf: files.elf, uf2: files.uf2! },
      [{ address: board.slots.address, bytes: wasm }],
      names,
    );
    const of = (name: string) => calls.filter((call) => call.name === name);
    const most = (name: string, what: "cycles" | "stackBytes"): number =>
      Math.max(...of(name).map((call) => call[what]));
    assert.ok(of("check_signature").length > 0, "the file's signature is checked at the start");
    const stackBytes = most("check_signature", "stackBytes");
    const cycles = most("ed25519_verify", "cycles");
    const whole = of("sha256").reduce((one, other) => (one.cycles > other.cycles ? one : other));
    const millisOf = (count: number): number => (count / clockHz) * 1000;

    const says = [
      "| of a verification on the RP2040 | |",
      "| --- | --- |",
      ...sizes.map(([part, bytes]) => `| flash: ${part} | ${number.format(bytes)} bytes |`),
      `| flash: what the compiler has for 64 bits, and open firmware not | ${number.format(helpers)} bytes |`,
      `| flash, together | ${number.format(flashBytes)} bytes |`,
      `| stack, from the check of a file's signature on | ${number.format(stackBytes)} bytes |`,
      `| time of a signature | ${(cycles / 1e6).toFixed(1)} million cycles, ${(cycles / clockHz).toFixed(2)} s at 125 MHz |`,
      `| time of hashing 1,000 bytes of a file | ${(millisOf(whole.cycles) / (whole.second / 1000)).toFixed(2)} ms at 125 MHz |`,
    ].join("\n");
    console.error(says);
    assert.ok(flashBytes <= limits.flashBytes, `${flashBytes} bytes of flash`);
    assert.ok(stackBytes <= limits.stackBytes, `${stackBytes} bytes of stack`);
    assert.ok(cycles / clockHz <= limits.seconds, `${cycles} cycles`);

    const gcc = `${board.isa.toolchain}-gcc`;
    const [version] = execFileSync(gcc, ["--version"], { encoding: "utf8" }).split("\n");
    if (version !== recordedFirmware().compilers[gcc]) {
      console.error(`SKIPPED: the page's figures of a verification, which are of another compiler`);
      return;
    }
    const text = readFileSync(page, "utf8");
    const table = /\| of a verification on the RP2040 \|[\s\S]*?(?=\n\n)/;
    if (process.env.WASMOTE_GOLDEN === "write") writeFileSync(page, text.replace(table, says));
    else assert.is(table.exec(text)?.[0], says);
  });

test.run();
