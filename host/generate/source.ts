import type { KernelCall } from "../ops/operator.js";
import type { Program } from "./program.js";

/** Codes that `run` returns; anything but `done` leaves memory as it was. */
export const runCodes = { done: 0, invalidSteps: 1 } as const;

/**
 * The model's entry in AssemblyScript: readable, and the same for the same program. Kernel files are imported
 * relative to `assembly/`.
 */
export function writeSource(program: Program): string {
  const kernels = new Map<string, Set<string>>();
  for (const { module, kernel } of program.steps.flatMap(({ calls }) => calls)) {
    kernels.set(module, (kernels.get(module) ?? new Set()).add(kernel));
  }
  const imports = [...kernels]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, names]) => `import { ${[...names].sort().join(", ")} } from "./${module}";\n`)
    .join("");
  const cases = program.steps
    .map(({ name, operator, calls }, step) => {
      const body = calls.map(writeCall).join("");
      return `      case ${step}: // ${operator} ${printable(name)}\n${body}        break;\n`;
    })
    .join("");
  return `${imports}
/** Runs the steps first..last-1 of ${program.steps.length}. Returns ${runCodes.done}, or ${runCodes.invalidSteps} where there are no such steps. */
export function run(first: i32, last: i32): i32 {
  if (first < 0 || last > ${program.steps.length} || first > last) return ${runCodes.invalidSteps};
  for (let step = first; step < last; step++) {
    switch (step) {
${cases}    }
  }
  return ${runCodes.done};
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
