import { accelerators } from "../../host/abi/accelerators.js";
import type { KernelCall } from "../../host/lower/kernel.js";
import type { Program, ProgramStep } from "../../host/lower/lower.js";
import type { Choices } from "./random-numbers.js";

const offered = Object.values(accelerators);

/**
 * A random program of calls of these kernels, for a memory of so many pages: steps without calls and with several,
 * accelerators that kernels share and not, calls that are chosen alike and not; of more steps than one `br_table` takes.
 */
export function randomProgram(choose: Choices, kernels: readonly string[], pages: number): Program {
  const count = choose.pick([0, 1, 2, 5, 31, 32, 33, 63, 64, 65, choose.below(71), choose.below(20)]);
  const idle = choose.pick([0, 0, 0.1, 0.1, 0.6, 0.6, 1]);
  const accelerated = choose.pick([0, 0.3, 1]);
  const known = choose.shuffle(offered).slice(0, 1 + choose.below(3));
  const any = (): number => choose.pick([0, 1, 63, 64, 65536, 0x7fffffff, 0xffffffff, choose.below(2 ** 32)]);
  const call = (): KernelCall => ({
    kernel: choose.pick(kernels),
    values: {},
    block: any(),
    blockBytes: 0,
    to: any(),
    ...(choose.chance(accelerated) ? { accelerator: choose.pick(known) } : {}),
  });
  const steps = Array.from({ length: count }, (_, i): ProgramStep => {
    const calls = choose.chance(idle) ? [] : Array.from({ length: choose.pick([1, 1, 1, 2, 3]) }, call);
    return { node: i, name: `step ${i}`, operator: "", macs: 0, weightBytes: 0, calls };
  });
  const memoryBytes = pages === 1 ? choose.pick([0, 1, 65535, 65536]) : 65537 + choose.below(65536);
  return { name: "random", steps, weights: new Uint8Array(0), memoryBytes };
}
