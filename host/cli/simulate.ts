import { dirname } from "node:path";
import type { Command } from "commander";
import type { RunResult, Simulated } from "../app/simulate.js";
import type { StageCosts, StageCounter } from "../app/stage-costs.js";
import { WasmoteError } from "../errors.js";
import { readWholeFile } from "../files/read.js";
import type { AppSection } from "../package/app.js";
import { table } from "../table.js";
import {
  buildFromFile,
  isApplicationFile,
  isPageName,
  recordingsOf,
  requirePictureName,
} from "./app-file.js";
import { addBoardOptions, type BoardOptions, isBoardRunner, openRunnerOrBoard } from "./board-runner.js";
import { UsageError } from "./errors.js";
import { bytesText, percent, thousands } from "./figures.js";
import { makeFolder, refuseOverwriting, withFile, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import { type ModuleFile, readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";
import { boardList, boardTable, countedCost, type Recording, runOnBoards } from "./simulate-boards.js";

interface SimulateOptions extends BoardOptions {
  input: string[];
  draw?: string;
  json?: boolean;
}

const help = `
The very file that a board runs is run here over recordings, one hop of samples after the other, and gives the events that the
board gives. An application's file (.json) is built first. Each recording begins anew.
Recordings are sounds (.wav, brought to the source's rate, mixed down to one channel), arrays (.npy, times x channels) or lines of
numbers (.csv), in the sensor's own numbers; a folder gives all of its files, at any depth.
With --json, each event is a line: {"time": seconds, "event": name, "level": score, "run": number, "file": path}; then come one of
{"stages": ...} and, of boards, one of {"boards": ...}. --draw writes the scores and the events of one recording as a
picture (.svg) or a page (.html).
In the end it tells what the stages cost: in how many runs each worked, and its share of the WebAssembly instructions of all runs, with the
file's own kernels. On a board (--on, --port) it also tells what each run takes of the board's time; of several (--on pico,mps2-an386) or
all (--on all) in a table, in which those without an emulator are estimated by one with the same processor; wasm3 and node may be
among the several.

Example: wasmote simulate models/yes-no/app.json --input yes.wav`;

/** Adds the command `simulate` to the program. */
export function registerSimulate(program: Command, output: Output): void {
  const command = program
    .command("simulate")
    .description("Run an application over recordings, and print its events.")
    .argument("<app>", "an application's file (.json), or what was built of one (.wasm)")
    .requiredOption("--input <file|dir...>", "recordings: .wav, .npy, .csv, or folders of them")
    .option(
      "--draw <file>",
      "write scores and events of the one recording as a picture (.svg) or a page (.html); folders are made",
    )
    .option("--json", "print events as lines of JSON");
  command.action((path: string, options: SimulateOptions) => simulateFile(path, options, output));
  addHelp(addBoardOptions(command), help);
}

/** An application's built file, and the names of its stages where they are known. */
interface OpenedApplication {
  file: ModuleFile;
  stages?: readonly string[];
}

/** The application's built file: as it is, or built from its description. */
async function openApplication(path: string, read: string[], output: Output): Promise<OpenedApplication> {
  const bytes = readWholeFile(path);
  if (!isApplicationFile(path, bytes)) return { file: await readModuleFile(path) };
  output.progress(`building ${path}`);
  const { wasm } = await buildFromFile(path, bytes, undefined, read);
  const { openModule } = await import("../package/open.js");
  const { stages = {} } = JSON.parse(new TextDecoder().decode(bytes)) as { stages?: object };
  return { file: { wasm, ...openModule(wasm) }, stages: Object.keys(stages) };
}

async function simulateFile(path: string, options: SimulateOptions, output: Output): Promise<void> {
  const read = [path];
  requirePictureName(options.draw);
  const boards = boardList(options.on);
  if (boards !== undefined && (options.draw ?? options.port) !== undefined)
    throw new UsageError(`--on ${options.on} names several boards`, "Name one for --draw or --port.");
  const { file, stages } = await openApplication(path, read, output);
  const { appOf } = await import("../package/app.js");
  const app = appOf(file.wasm);
  if (app === undefined)
    throw new WasmoteError(
      "application-invalid",
      "it is a model, and no application",
      { file: path },
      {
        help: "Run it with `wasmote run`, or write an application's file that names it: docs/applications.md.",
      },
    );
  const recordings = recordingsOf(options.input);
  if (options.draw !== undefined && recordings.length > 1)
    throw new UsageError(
      `--draw ${options.draw}: there are ${recordings.length} recordings`,
      "Name one recording.",
    );
  await refuseOverwriting(
    [...read, ...recordings],
    options.draw === undefined ? [] : [options.draw],
    "Give --draw another name.",
  );
  const { readRecording } = await import("../app/recording.js");
  const open = (recording: string): Promise<Recording & { notes: readonly string[] }> =>
    withFile(recording, async () => ({
      path: recording,
      ...readRecording(readWholeFile(recording), recording, app.source),
    }));
  const costs = await stageCounter(file, app, stages);
  const runSeconds = app.hop / app.source.rate;
  if (boards !== undefined) {
    const opened = await Promise.all(recordings.map(open));
    const told = await runOnBoards(boards, file, app, opened, options, output);
    for (const { path: recording, samples, notes } of opened) {
      const runs = Math.floor(samples.length / (app.hop * app.source.channels));
      const events = told.events.filter((event) => event.file === recording);
      costs?.add(samples);
      tellEvents(recording, { events, runs }, runs * runSeconds, notes, options, output);
    }
    tellStages(costs?.costs(), options, output);
    if (options.json === true) output.json({ boards: told.costs }, 0);
    else output.data(boardTable(told.costs, output));
    return;
  }
  const { simulate, simulateOnBoard } = await import("../app/simulate.js");
  const runner = await openRunnerOrBoard(options, file, output);
  const results: RunResult[] = [];
  const totals = { runs: 0, millis: 0, counted: 0, most: 0 };
  try {
    for (const recording of recordings) {
      const { samples, notes } = await open(recording);
      output.progress(`running ${file.manifest.name} on ${runner.name}`, recording);
      const start = performance.now();
      const each = options.draw === undefined ? undefined : (result: RunResult) => void results.push(result);
      const found = await withFile(recording, () =>
        "feed" in runner && each === undefined
          ? simulateOnBoard(runner, app, samples)
          : simulate(runner, app, samples, each),
      );
      totals.millis += performance.now() - start;
      totals.runs += found.runs;
      totals.counted += found.counts?.total ?? 0;
      totals.most = Math.max(totals.most, found.counts?.most ?? 0);
      costs?.add(samples);
      tellEvents(recording, found, found.runs * runSeconds, notes, options, output);
    }
  } finally {
    await runner.close();
  }
  if (options.draw !== undefined) {
    const { timelineSvg } = await import("../app/timeline.js");
    const { pageOf } = await import("../report/markup.js");
    await makeFolder(dirname(options.draw));
    const picture = timelineSvg(file.manifest.name, app.events, results);
    const drawn = isPageName(options.draw) ? pageOf(file.manifest.name, picture) : picture;
    await writeFilesAtomically([{ path: options.draw, bytes: new TextEncoder().encode(drawn) }]);
    output.talk(`wrote ${options.draw}`);
  }
  tellStages(costs?.costs(), options, output);
  if (options.json === true) {
    if (isBoardRunner(runner) && totals.counted > 0)
      output.json({ boards: [countedCost(runner, file, app, totals)] }, 0);
  } else output.data(await costLines(file, runner, totals, runSeconds, options));
}

/** What counts the stages' cost; undefined for a file that was not linked here, of which that is not known. */
async function stageCounter(
  file: ModuleFile,
  app: AppSection,
  stages: readonly string[] | undefined,
): Promise<StageCounter | undefined> {
  const { openCounted } = await import("../needs/index.js");
  const { StageCounter } = await import("../app/stage-costs.js");
  try {
    return new StageCounter(await openCounted(file.wasm, file), file.manifest, app, stages);
  } catch (error) {
    if (error instanceof WasmoteError && error.code === "kernels-unlinkable") return undefined;
    throw error;
  }
}

/** What each stage cost, on average over the recordings. */
function tellStages(costs: StageCosts | undefined, { json }: SimulateOptions, output: Output): void {
  if (costs === undefined) return;
  const { runs, instructions, stages } = costs;
  if (json === true) {
    const shares = stages.map((each) => ({ ...each, share: each.instructions / Math.max(1, instructions) }));
    output.json({ runs, instructions, stages: shares }, 0);
    return;
  }
  const columns = [
    { heading: "stage", align: "left" },
    { heading: "runs", align: "right" },
    { heading: "share", align: "right" },
    { heading: "instructions a run", align: "right" },
  ] as const;
  const rows = stages.map((each) => [
    each.stage,
    `${thousands(each.runs)} of ${thousands(runs)}`,
    percent(each.instructions, Math.max(1, instructions)),
    thousands(Math.round(each.instructions / runs)),
  ]);
  output.data([...table(columns, rows, { width: output.width, heading: output.styles.bold }), ""]);
}

function tellEvents(
  recording: string,
  { events, runs }: Simulated,
  seconds: number,
  notes: readonly string[],
  { json }: SimulateOptions,
  output: Output,
): void {
  if (json === true) {
    for (const event of events)
      output.json({ ...event, time: Number(event.time.toFixed(6)), file: recording }, 0);
    return;
  }
  const { styles } = output;
  const columns = [
    { heading: "", align: "right" },
    { heading: "", align: "left" },
    { heading: "", align: "right" },
  ] as const;
  const rows = events.map(({ time, event, level }) => [`${time.toFixed(3)} s`, event, level.toFixed(3)]);
  output.data([
    `${styles.bold(recording)}  ${seconds.toFixed(2)} s, ${thousands(runs)} runs${notes.length === 0 ? "" : `; ${notes.join("; ")}`}`,
    ...(rows.length === 0
      ? ["no event"]
      : table(columns, rows, { width: output.width }).filter((line) => line !== "")),
    "",
  ]);
}

/** What an application takes: memory, and time on what ran it. */
async function costLines(
  { wasm, manifest }: ModuleFile,
  runner: Awaited<ReturnType<typeof openRunnerOrBoard>>,
  { runs, millis, counted, most }: { runs: number; millis: number; counted: number; most: number },
  runSeconds: number,
  { on }: SimulateOptions,
): Promise<string[]> {
  const memory = `file of ${bytesText(wasm.length)}, linear memory of ${bytesText(manifest.memoryBytes)}`;
  const seconds = runs * runSeconds;
  if (!("count" in runner) || counted === 0)
    return [
      memory,
      `${runner.name} here: ${thousands(Math.round((seconds * 1000) / millis))} times as fast as the samples come`,
    ];
  const { boardNames, loadBoard } = await import("../boards/index.js");
  const hz = on !== undefined && boardNames().includes(on) ? loadBoard(on).clockHz : undefined;
  const share = (count: number, time: number) =>
    hz === undefined ? "" : `, ${percent(count, hz * time)} of its time`;
  return [
    `${memory}; ${bytesText(runner.runtimeBytes)} besides`,
    `${runner.name}: ${thousands(Math.round(counted / runs))} ${runner.unit} a run${share(counted, seconds)}; at most ${thousands(most)}${share(most, runSeconds)}`,
  ];
}
