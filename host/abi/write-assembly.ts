import { type Block, type FieldType, placeFields } from "./block.js";
import { roundedOnce } from "./rounded-once.js";

const types: Readonly<Record<FieldType, string>> = {
  address: "usize",
  weights: "i32",
  int32: "i32",
  int64: "i64",
  float32: "f32",
};

/** Words, none of which is broken, in lines of at most `width` characters. */
export function wrapWords(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function comment(text: string, indent: string): string {
  const lines = wrapWords(text.split(" "), 120 - indent.length - 7);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join("")}${indent} */\n`;
}

function writeClass(of: Block): string {
  const fields = placeFields(of).map(
    ({ name, type, note }) => `${note === undefined ? "" : comment(note, "  ")}  ${name}: ${types[type]};\n`,
  );
  return `\n${comment(of.note, "")}@unmanaged\nexport class ${of.name} {\n${fields.join("")}}\n`;
}

/** The classes of blocks in AssemblyScript: `assembly/parameters.ts`. */
export function writeAssembly(blocks: readonly Block[]): string {
  return `${comment(
    "Blocks of parameters: what a call of a kernel works on. Generated from host/abi/parameters by `npm run build`; " +
      "not to be edited. Addresses (usize) are in linear memory, `weights` is an offset in the weights section.",
    "",
  )}
/** Added to the shift of a sum that is rounded once. */
export const roundedOnce: i32 = ${roundedOnce};
${blocks.map(writeClass).join("")}`;
}
