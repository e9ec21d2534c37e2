import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Board, loadBoards } from "../boards/index.js";
import { sha256Of } from "../files/sha256.js";
import { buildFirmware, firmwareSources } from "../firmware/build.js";
import { type FirmwareList, fileNames, firmwareListName, firmwarePackage } from "../firmware/prebuilt.js";
import { requireProgram } from "./find.js";
import { packageRoot } from "./kernel-sources.js";
import { packageVersion } from "./package-version.js";
import { runProgram } from "./run.js";

/** How the package is made. */
export interface FirmwarePackageOptions {
  /** An empty folder, or one that is not there. */
  folder: string;
  /** The boards; all that can be flashed by default. */
  boards?: readonly Board[];
  /** Text of wasm3's licence. */
  wasm3Licence: string;
  /** Told what is done. */
  onLine?(line: string): void;
}

/**
 * Makes the package `@wasmote/firmware` in a folder, ready for `npm pack`: the firmware of each board without its symbols,
 * the list with the hash of each file, and the licences of what is linked into it.
 *
 * @throws `tool-missing`, `tool-failed`; an Error where the folder is not empty or picolibc's licence is not found
 */
export async function writeFirmwarePackage(options: FirmwarePackageOptions): Promise<FirmwareList> {
  const { folder, wasm3Licence, onLine } = options;
  const boards = options.boards ?? loadBoards().filter(({ flashMethods }) => flashMethods.length > 0);
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  mkdirSync(join(folder, "licences"), { recursive: true });
  const list: FirmwareList = { wasmote: packageVersion(), boards: {} };
  for (const board of boards) {
    onLine?.(`building ${board.id}`);
    list.boards[board.id] = await addBoard(board, folder);
  }
  for (const [name, text] of licences(boards, wasm3Licence))
    writeFileSync(join(folder, "licences", name), text);
  copyFileSync(join(packageRoot, "LICENSE"), join(folder, "LICENSE"));
  writeFileSync(join(folder, firmwareListName), `${JSON.stringify(list, undefined, 2)}\n`);
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(description(list), undefined, 2)}\n`);
  writeFileSync(join(folder, "README.md"), readMe(boards));
  return list;
}

async function addBoard(board: Board, folder: string): Promise<FirmwareList["boards"][string]> {
  const { files, sizes } = await buildFirmware(board);
  mkdirSync(join(folder, board.id));
  for (const name of fileNames(board)) {
    const [source, target] = [join(files.elf, "..", name), join(folder, board.id, name)];
    if (source === files.elf) await withoutSymbols(board, source, target);
    else copyFileSync(source, target);
  }
  const described = fileNames(board).map((name) => {
    const bytes = readFileSync(join(folder, board.id, name));
    return { name, bytes: bytes.length, sha256: sha256Of(bytes) };
  });
  return { sources: firmwareSources(board), link: board.link, ...sizes, files: described };
}

async function withoutSymbols(board: Board, source: string, target: string): Promise<void> {
  const objcopy = requireProgram(`${board.isa.toolchain}-gcc`).replace(/gcc(\.exe)?$/, "objcopy$1");
  await runProgram(objcopy, ["--strip-all", source, target]);
}

/** Licences of what is linked into firmware, by the names of their files. GCC's run-time library needs none. */
function licences(boards: readonly Board[], wasm3: string): [name: string, text: string][] {
  const toolchains = [...new Set(boards.map(({ isa }) => isa.toolchain))];
  const libraries = toolchains.map((toolchain): [string, string] => {
    const file = `/usr/share/doc/picolibc-${toolchain}/copyright`;
    if (!existsSync(file))
      throw new Error(`picolibc's licence, which Debian's package has, is not at ${file}`);
    return [`picolibc-${toolchain}.txt`, readFileSync(file, "utf8")];
  });
  return [["wasm3.txt", wasm3], ...libraries];
}

function description(list: FirmwareList): Record<string, unknown> {
  return {
    name: firmwarePackage,
    version: list.wasmote,
    description: "Firmware of wasmote for each board, built: it is flashed without a compiler.",
    license: "Apache-2.0 AND MIT AND BSD-3-Clause",
    files: [firmwareListName, "licences", ...Object.keys(list.boards)],
  };
}

function readMe(boards: readonly Board[]): string {
  const version = packageVersion();
  const rows = boards.map(
    ({ id, name, link }) =>
      `| \`${id}\` | ${name} | ${link.kind === "uart" ? `uart, ${link.baud} baud` : link.kind} |`,
  );
  return `# ${firmwarePackage}

The firmware of [wasmote](https://www.npmjs.com/package/wasmote) ${version} for each board, built. \`wasmote flash\`, \`wasmote
firmware\` and boards' emulators take it where it is installed beside wasmote of the same version, so that no compiler is needed:

\`\`\`
npm install wasmote ${firmwarePackage}@${version}
npx wasmote flash pico
\`\`\`

\`${firmwareListName}\` has the size and SHA-256 of each file; they are checked before a file is used. \`--build\` has firmware built
all the same.

| board | | link |
| --- | --- | --- |
${rows.join("\n")}

## Licences

wasmote's firmware is under the Apache License 2.0 (\`LICENSE\`). Linked into it are wasm3 (MIT, \`licences/wasm3.txt\`), picolibc
(BSD and alike, \`licences/picolibc-*.txt\`), and parts of GCC's run-time library, under its Runtime Library Exception.
`;
}
