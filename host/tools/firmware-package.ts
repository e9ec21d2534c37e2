/**
 * Makes the package `@wasmote/firmware` in a folder, ready for `npm pack`.
 * Run: npm run firmware-package -- -o DIR [BOARD...]
 */
import { parseArgs } from "node:util";
import { wasm3Licence } from "wasm3-bindings/sources";
import { loadBoard } from "../boards/index.js";
import { writeFirmwarePackage } from "./write-firmware-package.js";

const { values, positionals } = parseArgs({
  options: { out: { type: "string", short: "o" } },
  allowPositionals: true,
});
if (values.out === undefined) throw new Error("-o DIR is missing");
const list = await writeFirmwarePackage({
  folder: values.out,
  boards: positionals.length === 0 ? undefined : positionals.map((name) => loadBoard(name)),
  wasm3Licence: wasm3Licence(),
  onLine: (line) => console.error(line),
});
const files = Object.values(list.boards).flatMap((board) => board.files);
const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
console.error(`${Object.keys(list.boards).length} boards, ${files.length} files, ${bytes} bytes`);
