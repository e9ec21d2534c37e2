import { type Command, Option } from "commander";
import type { BenchReport } from "../bench/index.js";
import { openRunnerFor, readModuleFile, type Tier, tiers } from "./module-file.js";
import type { Output } from "./output.js";
import { bytesText, percent, shortName, table, thousands } from "./table.js";

interface BenchOptions {
  on: string;
  tier: Tier;
  json?: boolean;
}

/** Adds the command `bench` to the program. */
export function registerBench(program: Command, output: Output): void {
  program
    .command("bench")
    .description("Measure what one inference costs, in all and step by step.")
    .argument("<model>", "a .wasm built by wasmote")
    .option("--on <runner>", "wasm3 or node", "wasm3")
    .addOption(new Option("--tier <tier>", "which kernels run").choices(tiers).default("portable"))
    .option("--json", "print {model, on, tier, unit, total, steps, memory} as JSON")
    .addHelpText(
      "after",
      `
Every figure is the minimum over several rounds. The total is measured on whole inferences; a step is measured
by running just that step, one call into the module included.`,
    )
    .action((model: string, options: BenchOptions) => bench(model, options, output));
}

async function bench(path: string, options: BenchOptions, output: Output): Promise<void> {
  const file = await readModuleFile(path);
  const { manifest } = file;
  const { measure } = await import("../bench/index.js");
  const runner = await openRunnerFor(options.on, options.tier, file);
  let report: BenchReport;
  try {
    output.progress(`measuring ${manifest.name} on ${runner.name} ...`);
    report = measure(runner, manifest, file.wasm.length, {
      clock: () => Number(process.hrtime.bigint()),
      onRound: (done, rounds) =>
        output.progress(`measuring ${manifest.name} on ${runner.name}: round ${done} of ${rounds}`),
    });
  } finally {
    runner.close();
  }
  output.data(options.json ? JSON.stringify(report, undefined, 2) : benchText(report, output).join("\n"));
}

function benchText(report: BenchReport, output: Output): string[] {
  const { bold, dim } = output.styles;
  const macs = report.steps.reduce((sum, step) => sum + step.macs, 0);
  const sum = report.steps.reduce((total, step) => total + step.count, 0);
  const row = (name: string, operator: string, own: number, count: number, part: string) => [
    name,
    operator,
    thousands(own),
    microseconds(count),
    part,
    own === 0 ? "-" : (count / own).toFixed(2),
  ];
  const [heading, ...rows] = table(
    [
      { heading: "step", align: "left" },
      { heading: "operator", align: "left" },
      { heading: "MACs", align: "right" },
      { heading: "microseconds", align: "right" },
      { heading: "of steps", align: "right" },
      { heading: "ns/MAC", align: "right" },
    ],
    [
      ...report.steps.map((s) => row(shortName(s.name), s.operator, s.macs, s.count, percent(s.count, sum))),
      row("whole inference", "", macs, report.total, ""),
    ],
  );
  const { linearBytes, runtimeBytes, peakRamBytes, flashBytes } = report.memory;
  return [
    `${bold(report.model)} on ${report.on}, ${report.tier} tier; the minimum over several rounds`,
    "",
    dim(heading!),
    ...rows.slice(0, -1),
    bold(rows.at(-1)!),
    "",
    `linear memory  ${bytesText(linearBytes)}`,
    ...(runtimeBytes === null || peakRamBytes === null
      ? [`runtime        ${report.on} does not tell`]
      : [
          `runtime        ${bytesText(runtimeBytes)}, of ${report.on} on this machine`,
          `peak RAM       ${bytesText(peakRamBytes)}, the two together`,
        ]),
    `file           ${bytesText(flashBytes)}`,
  ];
}

function microseconds(nanoseconds: number): string {
  return (nanoseconds / 1000).toLocaleString("en-US", {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
}
