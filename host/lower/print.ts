import type { KernelCall } from "./kernel.js";
import type { Program, ProgramStep } from "./lower.js";

/** Longest line of the text. */
const width = 100;

/** Names come from the model file: what is not printable ASCII is shown as a question mark. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
}

/** Items in lines of at most `width` characters, indented. */
function wrap(items: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + item.length <= width)
      lines[lines.length - 1] = `${line} ${item}`;
    else lines.push(`${indent}${item}`);
  }
  return lines;
}

function writeCall({ kernel, accelerator, block, to, values }: KernelCall): string[] {
  const instead = accelerator === undefined ? "" : `, or ${accelerator.import}`;
  const items = Object.entries(values).map(
    ([name, value], i, all) => `${name} ${value}${i < all.length - 1 ? "," : ""}`,
  );
  return [
    `   ${kernel}${instead}: parameters at ${block} of the weights, read to ${to}`,
    ...wrap(items, "     "),
  ];
}

/** What a step depends on: bools in linear memory. */
function conditions({ when = [] }: ProgramStep): string {
  return when.length === 0 ? "" : `  if ${when.join(" and ")}`;
}

/**
 * A program as text: each step with the kernels that it calls and what they are given. Addresses are of linear memory,
 * `weights` and where parameters are: offsets in the weights section. The same for the same program.
 */
export function printProgram({ name, steps, weights, memoryBytes }: Program): string {
  const lines = steps.flatMap((step, index) => [
    "",
    `${index}  ${step.operator}  ${printable(step.name)}${conditions(step)}`,
    ...step.calls.flatMap(writeCall),
  ]);
  const head = `${printable(name)}: ${steps.length} steps, ${memoryBytes} bytes of linear memory, ${weights.length} bytes of weights`;
  return `${[head, ...lines].join("\n")}\n`;
}
