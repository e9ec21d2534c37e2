import type { Accelerator } from "../ops/accelerators.js";
import type { KernelCall } from "../ops/operator.js";
import type { Program, ProgramStep } from "./program.js";

/** Codes that `run` returns; anything but `done` leaves memory as it was. */
export const runCodes = { done: 0, invalidSteps: 1 } as const;

/** File of the accelerators' calls, below `assembly/`. */
const acceleratorsModule = "host-imports/accelerators";

/**
 * The model's entry in AssemblyScript: readable, and the same for the same program. Kernel files are imported
 * relative to `assembly/`.
 */
export function writeSource(program: Program): string {
  const accelerated = acceleratedCalls(program);
  return `${writeImports(program)}${accelerated.length > 0 ? "\nexport { accelerators };\n" : ""}
/** Runs the steps first..last-1 of ${program.steps.length}. Returns ${runCodes.done}, or ${runCodes.invalidSteps} where there are no such steps. */
export function run(first: i32, last: i32): i32 {
  if (first < 0 || last > ${program.steps.length} || first > last) return ${runCodes.invalidSteps};
  for (let step = first; step < last; step++) {
    switch (step) {
${program.steps.map(writeStep).join("")}    }
  }
  return ${runCodes.done};
}
${[...new Set(accelerated.map(({ kernel }) => kernel))].map((kernel) => writeChoice(kernel, accelerated)).join("")}`;
}

/** A call for which an accelerator stands in. */
type AcceleratedCall = KernelCall & { accelerator: Accelerator };

function acceleratedCalls({ steps }: Program): AcceleratedCall[] {
  return steps
    .flatMap(({ calls }) => calls)
    .filter((call): call is AcceleratedCall => call.accelerator !== undefined);
}

function writeImports(program: Program): string {
  const names = new Map<string, Set<string>>();
  const add = (module: string, name: string): void => {
    names.set(module, (names.get(module) ?? new Set()).add(name));
  };
  for (const { module, kernel, accelerator } of program.steps.flatMap(({ calls }) => calls)) {
    add(module, kernel);
    if (accelerator === undefined) continue;
    add(acceleratorsModule, "accelerators");
    add(acceleratorsModule, accelerator.call);
  }
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, set]) => `import { ${[...set].sort().join(", ")} } from "./${module}";\n`)
    .join("");
}

function writeStep(step: ProgramStep, index: number): string {
  return `      case ${index}: // ${step.operator} ${printable(step.name)}
${step.calls.map(writeCall).join("")}        break;
`;
}

/**
 * The function that has an accelerator or, where the host offers none, the kernel do a step. Where there is one such
 * step, the function is written into it.
 */
function writeChoice(kernel: string, accelerated: readonly AcceleratedCall[]): string {
  const calls = accelerated.filter((call) => call.kernel === kernel);
  const { bit, call } = (calls[0] as AcceleratedCall).accelerator;
  return `
${calls.length === 1 ? "@inline\n" : ""}function ${kernel}Step(parameters: i32, to: usize): void {
  if (accelerators & ${bit}) ${call}(parameters);
  else ${kernel}(parameters, to);
}
`;
}

/** Names come from the model file: nothing of them may end the comment they stand in. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
}

/** A call, below a comment with what its block of parameters holds. */
function writeCall({ kernel, arguments: values, parameters, accelerator }: KernelCall): string {
  const name = accelerator === undefined ? kernel : `${kernel}Step`;
  const notes = Object.entries(parameters ?? {}).map(([field, value]) => `${field} ${value},`);
  const items = Object.entries(values).map(([field, value]) => `${literal(value)} /* ${field} */,`);
  const comment = wrap(notes).map((line) => `        // ${line}\n`);
  const lines = wrap(items);
  const call =
    lines.length === 1
      ? `        ${name}(${(lines[0] as string).slice(0, -1)});\n`
      : `        ${name}(\n${lines.map((line) => `          ${line}\n`).join("")}        );\n`;
  return comment.join("").replace(/,\n$/, "\n") + call;
}

/** Items in lines of at most 100 characters, with spaces between. */
function wrap(items: readonly string[]): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + item.length <= 100)
      lines[lines.length - 1] = `${line} ${item}`;
    else lines.push(item);
  }
  return lines;
}

function literal(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isInteger(value)) return String(value);
  if (!Number.isFinite(value)) throw new Error(`a kernel argument is ${value}`);
  return String(value);
}
