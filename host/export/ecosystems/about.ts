import { tensorBytes } from "../../graph/tensor.js";
import type { Exported, ExportedModel } from "../types.js";

/** What all ecosystems call the library. One program can hold one: its models are exported together. */
export const libraryName = "wasmote";

/** SPDX expression: wasmote's own sources and wasm3's. */
export const license = "Apache-2.0 AND MIT";

/** Name of the example in every ecosystem. */
export const exampleName = "inference";

/** Version of the library, which its sources have. */
export function libraryVersion(of: Exported): string {
  const found = Object.values(of.library)
    .filter((text) => typeof text === "string")
    .map((text) => /^#define WASMOTE_VERSION "([^"]+)"/m.exec(text)?.[1])
    .find((version) => version !== undefined);
  if (found === undefined) throw new Error("no source of the library has its version");
  return found;
}

/** What the export is, in a sentence. */
export function sentence(of: Exported): string {
  const names = of.models.map(({ manifest }) => printable(manifest.name));
  return `Machine learning with ${listed(names)}, by wasmote.`;
}

/** What the export is, in some sentences more. */
export function paragraph(of: Exported): string {
  const place = of.board === undefined ? of.core : `${of.board.name} (${of.core})`;
  return `The runtime and the models, made for ${place}. Nothing is allocated: each model is given its memory.`;
}

/** Bytes of stack that the task is to have which calls the library, its own functions and printing included. */
export function taskStackBytes(of: Exported): number {
  const most = Math.max(...of.models.map(({ stackBytes }) => stackBytes));
  return Math.ceil((most + callerStackBytes) / 512) * 512;
}

/** Of the stack, what the examples' own functions and printing of floats may take. */
const callerStackBytes = 2048;

/** What a model's header names, in C. */
export interface ModelSymbols {
  /** The array that holds the file, and its length. */
  array: string;
  bytes: string;
  /** Bytes of memory to open it with, and of stack that a call may take. */
  memory: string;
  stack: string;
}

export function symbolsOf({ symbol }: ExportedModel): ModelSymbols {
  const upper = symbol.toUpperCase();
  return {
    array: symbol,
    bytes: `${upper}_BYTES`,
    memory: `${upper}_MEMORY_BYTES`,
    stack: `${upper}_STACK_BYTES`,
  };
}

/**
 * Where the processor has no tail calls, Xtensa, wasm3's operations nest: what a call of the library may take of the stack
 * there (boards/runtime/stack_use.h), and a task that calls it.
 */
export const xtensaStack = { callBytes: 61_440, taskBytes: 72 * 1024 } as const;

/** Bytes of a sample: the elements of all inputs. */
export function sampleBytes({ manifest }: ExportedModel): number {
  return manifest.inputs.reduce((sum, input) => sum + tensorBytes(input), 0);
}

/** Names of models are whatever their files say; metadata is of one line, and of simple letters. */
function printable(name: string): string {
  const plain = name.replace(/[^\w .-]+/g, " ").trim();
  return plain === "" ? "a model" : plain.slice(0, 60);
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
