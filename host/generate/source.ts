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
  const accelerated = program.steps.some(isAccelerated);
  return `${writeImports(program)}${accelerated ? "\nexport { accelerators };\n" : ""}
/** Runs the steps first..last-1 of ${program.steps.length}. Returns ${runCodes.done}, or ${runCodes.invalidSteps} where there are no such steps. */
export function run(first: i32, last: i32): i32 {
  if (first < 0 || last > ${program.steps.length} || first > last) return ${runCodes.invalidSteps};
  for (let step = first; step < last; step++) {
    switch (step) {
${program.steps.map(writeStep).join("")}    }
  }
  return ${runCodes.done};
}
${accelerated ? writePortable(program) : ""}`;
}

function isAccelerated({ calls }: ProgramStep): boolean {
  return calls.some((call) => call.accelerated !== undefined);
}

function writeImports(program: Program): string {
  const names = new Map<string, Set<string>>();
  const add = (module: string, name: string): void => {
    names.set(module, (names.get(module) ?? new Set()).add(name));
  };
  for (const { module, kernel, accelerated } of program.steps.flatMap(({ calls }) => calls)) {
    add(module, kernel);
    if (accelerated === undefined) continue;
    add(acceleratorsModule, "accelerators");
    add(acceleratorsModule, accelerated.accelerator.call);
  }
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, set]) => `import { ${[...set].sort().join(", ")} } from "./${module}";\n`)
    .join("");
}

/** A step of `run`; where an accelerator is missing, `portable` does it. */
function writeStep(step: ProgramStep, index: number): string {
  const title = `      case ${index}: // ${step.operator} ${printable(step.name)}\n`;
  if (!isAccelerated(step)) return `${title}${step.calls.map(writeCall).join("")}        break;\n`;
  const bits = step.calls.reduce((mask, { accelerated }) => mask | (accelerated?.accelerator.bit ?? 0), 0);
  return `${title}        if ((accelerators & ${bits}) != ${bits}) {
          portable(${index});
          break;
        }
${step.calls.map(writeAcceleratedCall).join("")}        break;
`;
}

function writeAcceleratedCall(call: KernelCall): string {
  if (call.accelerated === undefined) return writeCall(call);
  const { accelerator, parameters } = call.accelerated;
  return `        ${accelerator.call}(${parameters});\n`;
}

function writePortable(program: Program): string {
  const cases = program.steps
    .map((step, index) =>
      isAccelerated(step)
        ? `    case ${index}:\n${step.calls.map(writeCall).join("").replace(/^ {4}/gm, "  ")}      break;\n`
        : "",
    )
    .join("");
  return `
/** A step that an accelerator does where the host offers it. */
function portable(step: i32): void {
  switch (step) {
${cases}  }
}
`;
}

/** Names come from the model file: nothing of them may end the comment they stand in. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
}

function writeCall({ kernel, arguments: values }: KernelCall): string {
  const lines: string[] = [];
  let line = "";
  for (const [name, value] of Object.entries(values)) {
    const item = `${literal(value)} /* ${name} */, `;
    if (line.length + item.length > 100) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += item;
  }
  lines.push(line.trimEnd());
  return `        ${kernel}(\n${lines.map((text) => `          ${text}\n`).join("")}        );\n`;
}

function literal(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isInteger(value)) return String(value);
  if (!Number.isFinite(value)) throw new Error(`a kernel argument is ${value}`);
  return String(value);
}
