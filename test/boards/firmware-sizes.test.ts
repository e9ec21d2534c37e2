import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type FirmwareSizes, firmwareSizesFile, recordedFirmware } from "../../host/boards/firmware-sizes.js";
import { type Board, boardNames } from "../../host/boards/index.js";
import { readElf } from "./elf.js";
import { availableBoards, firmwareOf } from "./emulators.js";

const write = process.env.WASMOTE_GOLDEN === "write";

async function measure(board: Board): Promise<FirmwareSizes> {
  const { files, sizes } = await firmwareOf(board);
  const { symbols } = readElf(readFileSync(files.elf));
  const at = (name: string): number => {
    const address = symbols.get(name);
    if (address === undefined) throw new Error(`${board.id}: no symbol ${name}`);
    return address;
  };
  const stackEnd = symbols.has("__exception_stack_end") ? at("__exception_stack_end") : at("__stack_end");
  return {
    flashBytes: sizes.flashBytes,
    variableBytes: at("__arena_start") - stackEnd,
    stackBytes: stackEnd - at("__ram_start"),
  };
}

const compilerOf = ({ isa }: Board): string => `${isa.toolchain}-gcc`;
const versionOf = (program: string): string =>
  execFileSync(program, ["--version"], { encoding: "utf8" }).split("\n")[0] ?? "";

const boards = availableBoards(boardNames());

if (write) {
  const compilers: Record<string, string> = {};
  const sizes: Record<string, FirmwareSizes> = {};
  for (const board of boards) {
    compilers[compilerOf(board)] ??= versionOf(compilerOf(board));
    sizes[board.id] = await measure(board);
  }
  writeFileSync(firmwareSizesFile, `${JSON.stringify({ compilers, boards: sizes }, undefined, 2)}\n`);
}

for (const board of boards) {
  const [found, recorded] = [
    versionOf(compilerOf(board)),
    write ? undefined : recordedFirmware().compilers[compilerOf(board)],
  ];
  if (recorded !== undefined && found !== recorded) {
    console.error(`SKIPPED: sizes of ${board.id}'s firmware, which are of ${recorded}; here is ${found}`);
    continue;
  }
  test(`${board.id}: firmware takes what boards/firmware-sizes.json says (WASMOTE_GOLDEN=write writes it anew)`, async () => {
    assert.equal(recordedFirmware().boards[board.id], await measure(board));
  });
}

test(`every board's firmware has its sizes`, () => {
  assert.equal(Object.keys(recordedFirmware().boards), boardNames());
});

test.run();
