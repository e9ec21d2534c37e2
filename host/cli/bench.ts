import type { Command } from "commander";
import type { BenchReport } from "../bench/index.js";
import { tiers } from "../run/types.js";
import { table } from "../table.js";
import { addBoardOptions, type BoardOptions, isBoardRunner, openRunnerOrBoard } from "./board-runner.js";
import { bytesText, percent, shortName, thousands } from "./figures.js";
import { addHelp } from "./help.js";
import { readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

interface BenchOptions extends BoardOptions {
  compare?: string;
  json?: boolean;
}

const help = `
On wasm3 and node every figure is the minimum over several rounds. On a board, which counts by itself, an inference is
run once before anything is counted. The total is measured on whole inferences; a step is measured by running just
that step, one call into the module included.`;

/** Adds the command `bench` to the program. */
export function registerBench(program: Command, output: Output): void {
  const command = program
    .command("bench")
    .description("Measure what one inference costs, in all and step by step.")
    .argument("<model>", "a .wasm built by wasmote")
    .option("--compare <file|tier>", "a second .wasm, or a tier of the same, measured beside the first")
    .option("--json", "print {model, on, tier, unit, total, steps, memory} as JSON")
    .action((model: string, options: BenchOptions) => bench(model, options, output));
  addHelp(addBoardOptions(command), help);
}

async function bench(path: string, options: BenchOptions, output: Output): Promise<void> {
  const report = await measureFile(path, options, output);
  if (options.compare === undefined) {
    if (options.json) output.json(report);
    else output.data(benchText(report, output));
    return;
  }
  const tier = tiers.find((name) => name === options.compare);
  const other = await measureFile(
    tier === undefined ? options.compare : path,
    { ...options, tier: tier ?? options.tier },
    output,
  );
  const { compareText } = await import("./compare-text.js");
  if (options.json) output.json({ base: report, other, ratio: report.total / other.total });
  else output.data(compareText(report, other, output));
}

async function measureFile(path: string, options: BenchOptions, output: Output): Promise<BenchReport> {
  const file = await readModuleFile(path);
  const { manifest } = file;
  const { count, measure } = await import("../bench/index.js");
  const runner = await openRunnerOrBoard(options, file, output);
  const doing = `measuring ${manifest.name} on ${runner.name}`;
  try {
    output.progress(doing);
    if (isBoardRunner(runner)) {
      return await count(runner, manifest, file.wasm.length, {
        onStep: (done, steps) => output.progress(doing, `step ${done} of ${steps}`),
      });
    }
    return measure(runner, manifest, file.wasm.length, {
      clock: () => Number(process.hrtime.bigint()),
      tier: options.tier ?? "portable",
      onRound: (done, rounds) => output.progress(doing, `round ${done} of ${rounds}`),
    });
  } finally {
    await runner.close();
  }
}

function benchText(report: BenchReport, output: Output): string[] {
  const { bold, dim } = output.styles;
  const macs = report.steps.reduce((sum, step) => sum + step.macs, 0);
  const sum = report.steps.reduce((total, step) => total + step.count, 0);
  const timed = report.unit === "nanoseconds";
  const costs = (count: number): string => (timed ? microseconds(count) : thousands(count));
  const row = (name: string, operator: string, own: number, count: number, part: string) => [
    name,
    operator,
    thousands(own),
    costs(count),
    part,
    own === 0 ? "-" : (count / own).toFixed(2),
  ];
  const rows = table(
    [
      { heading: "step", align: "left" },
      { heading: "operator", align: "left" },
      { heading: "MACs", align: "right" },
      { heading: timed ? "microseconds" : report.unit, align: "right" },
      { heading: "of steps", align: "right" },
      { heading: timed ? "ns/MAC" : "per MAC", align: "right" },
    ],
    [
      ...report.steps.map((s) => row(shortName(s.name), s.operator, s.macs, s.count, percent(s.count, sum))),
      row("whole inference", "", macs, report.total, ""),
    ],
    { width: output.width, heading: dim, last: bold },
  );
  const { linearBytes, runtimeBytes, peakRamBytes, flashBytes } = report.memory;
  return [
    `${bold(report.model)} on ${report.on}, ${report.tier} tier; ${timed ? "the minimum over several rounds" : "one inference"}`,
    "",
    ...rows,
    "",
    `linear memory  ${bytesText(linearBytes)}`,
    ...(runtimeBytes === null || peakRamBytes === null
      ? [`runtime        ${report.on} does not tell`]
      : [
          `runtime        ${bytesText(runtimeBytes)}, ${timed ? `of ${report.on} on this machine` : "of firmware and engine"}`,
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
