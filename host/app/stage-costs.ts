import type { CountedModel } from "../needs/index.js";
import type { AppSection } from "../package/app.js";
import type { Manifest } from "../package/manifest.js";

/** What a stage took of all runs. */
export interface StageCost {
  readonly stage: string;
  /** Runs in which all of it worked: its model, not only what waits for the model's turn. */
  readonly runs: number;
  /** WebAssembly instructions of its kernels, in all runs. */
  readonly instructions: number;
}

/** What stages took over recordings. */
export interface StageCosts {
  readonly runs: number;
  readonly instructions: number;
  readonly stages: readonly StageCost[];
}

/** The stage that a step is of: the longest name that the step's own begins with. Without names, what comes before a space or slash. */
function stageOf(step: string, names: readonly string[] | undefined): string {
  const isOf = (name: string) => step === name || step.startsWith(`${name} `) || step.startsWith(`${name}/`);
  const found = names?.filter(isOf).toSorted((a, b) => b.length - a.length)[0];
  return found ?? (step.split(/[ /]/)[0] as string);
}

/** Counts what the stages of an application take, recording by recording. */
export class StageCounter {
  private readonly steps: { runs: number; instructions: number }[];
  private runs = 0;

  /** @param names of the stages, where they are known */
  constructor(
    private readonly model: CountedModel,
    private readonly manifest: Pick<Manifest, "inputs" | "steps">,
    private readonly app: AppSection,
    private readonly names?: readonly string[],
  ) {
    this.steps = manifest.steps.map(() => ({ runs: 0, instructions: 0 }));
  }

  /** Runs a recording from its beginning, hop by hop and step by step. */
  add(samples: Int16Array): void {
    const [input] = this.manifest.inputs;
    const length = this.app.hop * this.app.source.channels;
    const runs = Math.floor(samples.length / length);
    this.model.reset();
    for (let run = 0; run < runs; run++) {
      const hop = samples.slice(run * length, (run + 1) * length);
      const values = input?.dtype === "float32" ? Float32Array.from(hop) : hop;
      this.model.memory.set(new Uint8Array(values.buffer), input?.address ?? 0);
      for (const [i, step] of this.steps.entries()) {
        const instructions = this.model.step(i);
        step.instructions += instructions;
        if (instructions > 0) step.runs++;
      }
    }
    this.runs += runs;
  }

  /** All of it, stages in the order in which they run. */
  costs(): StageCosts {
    const stages = new Map<string, { runs: number; instructions: number }>();
    for (const [i, { runs, instructions }] of this.steps.entries()) {
      const stage = stageOf(this.manifest.steps[i]?.name ?? "", this.names);
      const before = stages.get(stage) ?? { runs: this.runs, instructions: 0 };
      stages.set(stage, {
        runs: Math.min(runs, before.runs),
        instructions: before.instructions + instructions,
      });
    }
    return {
      runs: this.runs,
      instructions: this.steps.reduce((sum, step) => sum + step.instructions, 0),
      stages: [...stages].map(([stage, { runs, instructions }]) => ({ stage, runs, instructions })),
    };
  }
}
