import { readFileSync } from "node:fs";
import type { Accelerator } from "./accelerators.js";
import { type Block, placeFields } from "./block.js";
import { acceleratorLimits, callGraphFunctions } from "./limits.js";
import { modelErrors, runCodes } from "./return-codes.js";
import { roundedOnce } from "./rounded-once.js";
import { signalWorks } from "./signal-works.js";
import { wrapWords } from "./write-assembly.js";

const capital = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}`;

/** "no-model" as part of a name in C: "NoModel". */
const joined = (name: string): string => name.split("-").map(capital).join("");

/** A block's name in C: "WindowParameters" is "window". */
function prefixOf({ name }: Block): string {
  return `${name[0]?.toLowerCase()}${name.slice(1).replace(/Parameters$/, "")}`;
}

function writeEnumeration(comment: string, names: readonly string[]): string {
  const entries = names.map((name, i) => (i < names.length - 1 ? `${name},` : name));
  const lines = wrapWords(entries, 112);
  return `\n/* ${comment} */\nenum\n{\n${lines.map((line) => `    ${line}\n`).join("")}};\n`;
}

/** Numbers of a block's fields of int32, as far as accelerators read them; their count comes last. */
function writeBlock(of: Block): string {
  const fields = placeFields(of).filter(({ portable }) => portable !== true);
  for (const [number, { name, offset }] of fields.entries()) {
    if (offset !== number * 4)
      throw new Error(`${of.name}.${name}: an accelerator's parameters have 32 bits`);
  }
  const prefix = prefixOf(of);
  return writeEnumeration(`${of.note.split(". ")[0]?.replace(/\.$/, "")}: numbers of its parameters.`, [
    ...fields.map(({ name }) => prefix + capital(name)),
    `${prefix}Parameters`,
  ]);
}

/** Version of the project. */
function version(): string {
  const description = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(description) as { version: string }).version;
}

/** The interface between models and boards in C: `boards/abi/abi.h`. */
export function writeHeader(accelerators: Readonly<Record<string, Accelerator>>): string {
  const blocks = new Set(Object.values(accelerators).flatMap(({ parameters }) => parameters));
  return `/*
 * The interface of models, host and boards. Generated from host/abi by \`npm run build\`; not to be edited.
 */
#ifndef WASMOTE_ABI_H
#define WASMOTE_ABI_H

#define WASMOTE_VERSION "${version()}"
${writeEnumeration("Functions of a module whose call graph is worked out, at most.", [
  `callGraphFunctions = ${callGraphFunctions}`,
])}${writeEnumeration("Added to the shift of a sum that is rounded once.", [`roundedOnce = ${roundedOnce}`])}${writeEnumeration(
  "What accelerators take at most: sizes, pixels that windows span, pixels of a pool's window, inputs of one output.",
  Object.entries(acceleratorLimits).map(([name, limit]) => `acceleratorMax${capital(name)} = ${limit}`),
)}${writeEnumeration(
  "Bits of a module's global `accelerators`.",
  Object.entries(accelerators).map(([name, { bit }]) => `accelerator${capital(name)} = ${bit}`),
)}${writeEnumeration(
  "What `accel_signal` is to do: the first parameter of its blocks.",
  Object.entries(signalWorks).map(([name, work]) => `work${capital(name)} = ${work}`),
)}${[...blocks].map(writeBlock).join("")}${writeEnumeration(
  "What a model's run returns.",
  Object.entries(runCodes).map(([name, code]) => `run${capital(name)} = ${code}`),
)}
/* Errors of inference and of uploads (docs/link.md). */
typedef enum model_error
{
${modelErrors.map((name, code) => `    model${joined(name)} = ${code},\n`).join("")}} model_error;

#endif
`;
}
