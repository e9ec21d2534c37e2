import { dirname, isAbsolute, relative, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { EventCurve } from "../app/curve-svg.js";
import type { JudgedRecording, LevelOutcome } from "../app/tune.js";
import type { Events } from "../app/values.js";
import { WasmoteError } from "../errors.js";
import { readWholeFile } from "../files/read.js";
import { table } from "../table.js";
import {
  buildFromFile,
  isApplicationFile,
  isPageName,
  parsedFile,
  recordingsOf,
  requirePictureName,
} from "./app-file.js";
import { UsageError } from "./errors.js";
import { makeFolder, type PendingFile, refuseOverwriting, withFile, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import { openRunnerFor } from "./module-file.js";
import type { Output } from "./output.js";

interface TuneOptions {
  recordings: string[];
  labels: string;
  falseAlarms: number;
  event?: string[];
  draw?: string;
  out?: string;
  json?: boolean;
}

const help = `
The application runs over the recordings once; then its decisions are made anew for levels from low to high. For each event it
tells how often it would begin where nothing is labelled, and how many of the labelled ones would be found, and picks the level that
finds the most within the wanted rate of false alarms, of equally good ones the middle. Levels to end keep their ratio to those to begin.
Labels are a .csv whose first line is file,start,end,event, or a .json list of such: seconds in the recording of that name. An
event counts as found from its start to a second after its end. Recordings without labels show false alarms alone; the more hours,
the better.
-o writes the application's file with the levels that were picked; its paths go on naming the same files. Where an event has no level
with so few false alarms, nothing is written, and that is an error.

Example: wasmote tune app.json --recordings field/ --labels field/labels.csv --false-alarms 0.5 -o app.json`;

function rateOf(text: string): number {
  const rate = Number(text);
  if (text.trim() !== "" && Number.isFinite(rate) && rate >= 0) return rate;
  throw new InvalidArgumentError(`"${text}" is no rate; a number from 0 is expected.`);
}

/** Adds the command `tune` to the program. */
export function registerTune(program: Command, output: Output): void {
  const command = program
    .command("tune")
    .description("Pick the levels of an application's events by labelled recordings.")
    .argument("<app>", "an application's file (.json)")
    .requiredOption("--recordings <file|dir...>", "recordings: .wav, .npy, .csv, or folders of them")
    .requiredOption("--labels <file>", "where events are in them: .csv or .json")
    .addOption(
      new Option("--false-alarms <rate>", "false alarms an hour that are wanted at most")
        .argParser(rateOf)
        .default(0.5),
    )
    .option("--event <name...>", "events that are tuned; all by default")
    .option("--draw <file>", "write the curves as a picture (.svg) or a page (.html); folders are made")
    .option("-o, --out <file>", "write the application's file with the picked levels; folders are made")
    .option("--json", "print the curves and what was picked as JSON");
  command.action((path: string, options: TuneOptions) => tune(path, options, output));
  addHelp(command, help);
}

async function tune(path: string, options: TuneOptions, output: Output): Promise<void> {
  requirePictureName(options.draw);
  const bytes = readWholeFile(path);
  if (!isApplicationFile(path, bytes))
    throw new WasmoteError("application-invalid", "it is no application's file", { file: path });
  const recordings = recordingsOf(options.recordings).filter(
    (recording) => resolve(recording) !== resolve(options.labels),
  );
  const read = [path, options.labels, ...recordings];
  output.progress(`building ${path}`);
  const built = await buildFromFile(path, bytes, undefined, read, { judged: true });
  // The application's own file may be written anew: it has been read.
  await refuseOverwriting(
    read.slice(1),
    [options.draw, options.out].filter((file) => file !== undefined),
    "Give it another name.",
  );
  const { names, known, decisions } = tuned(built.decisions, options.event);
  const judged = await judgeAll(built, recordings, options.labels, { names, known }, output);
  const { levelCurve, chosenLevel } = await import("../app/tune.js");
  const runSeconds = built.section.hop / built.section.source.rate;
  output.progress("trying levels");
  const curves = decisions.flatMap(({ decision, position }): EventCurve[] =>
    decision.names.flatMap((name, index) => {
      if (!names.includes(name)) return [];
      const rule = decision.judging.rules[index];
      const ratio = rule === undefined || rule.on === 0 ? 1 : rule.off / rule.on;
      const own = judged.map(
        ({ scores, labels }): JudgedRecording => ({ scores: scores[position] as Float32Array[], labels }),
      );
      const curveOf = (levels?: number[]) =>
        levelCurve(decision.judging, own, { name, index, ratio }, runSeconds, levels);
      const curve = curveOf();
      const chosen = chosenLevel(curve, options.falseAlarms, (level) => curveOf([level])[0]);
      return [{ event: name, curve, chosen }];
    }),
  );
  const without = curves.filter(({ chosen }) => chosen === undefined).map(({ event }) => `"${event}"`);
  if (without.length === 0) {
    const files = await filesOf(path, bytes, curves, built.section.events, options);
    for (const file of files) await makeFolder(dirname(file.path));
    await writeFilesAtomically(files);
    for (const file of files) output.talk(`wrote ${file.path}`);
  }
  const hours = (judged.reduce((sum, { runs }) => sum + runs, 0) * runSeconds) / 3600;
  if (options.json === true) output.json({ hours, falseAlarms: options.falseAlarms, events: curves });
  else output.data(curves.flatMap((curve) => curveLines(curve, hours, output)));
  if (without.length > 0)
    throw new WasmoteError(
      "level-none",
      `${without.join(", ")}: every level has more than ${options.falseAlarms}`,
    );
}

/** The decisions with their positions, and the names of the events that are tuned. Throws `UsageError` for others. */
function tuned(all: readonly Events[], wanted: readonly string[] | undefined) {
  const known = all.flatMap(({ names }) => names);
  const odd = wanted?.find((name) => !known.includes(name));
  if (odd !== undefined)
    throw new UsageError(
      `--event ${odd}: there is no such event`,
      `The application has ${known.join(", ")}.`,
    );
  return {
    names: wanted ?? known,
    known,
    decisions: all.map((decision, position) => ({ decision, position })),
  };
}

/** Runs the application over all recordings: scores by decision and run, with the labels. */
async function judgeAll(
  built: Awaited<ReturnType<typeof buildFromFile>>,
  recordings: readonly string[],
  labelFile: string,
  { names, known }: { readonly names: readonly string[]; readonly known: readonly string[] },
  output: Output,
) {
  const [{ readRecording }, { simulate }, { labelsOf, readEventLabels }, { openModule }] = await Promise.all([
    import("../app/recording.js"),
    import("../app/simulate.js"),
    import("../app/labels.js"),
    import("../package/open.js"),
  ]);
  const labels = await withFile(labelFile, () => readEventLabels(readWholeFile(labelFile), labelFile));
  const unused = labels.find(
    (label) => !recordings.some((recording) => labelsOf([label], recording).length > 0),
  );
  if (unused !== undefined)
    throw new WasmoteError("input-invalid", `there is no recording "${unused.file}"`, { file: labelFile });
  const others = [...new Set(labels.map(({ event }) => event))].filter((event) => !known.includes(event));
  if (others.length > 0)
    output.talk(
      `labels of ${others.map((event) => `"${event}"`).join(", ")} are left out: the application's events are ${known.join(", ")}`,
    );
  const odd = names.find((name) => !labels.some(({ event }) => event === name));
  if (odd !== undefined)
    output.talk(`"${odd}" is labelled nowhere: its level is picked by false alarms alone`);
  const runner = await openRunnerFor("wasm3", { wasm: built.wasm, ...openModule(built.wasm) }, {}, output);
  try {
    const judged: { scores: Float32Array[][]; labels: ReturnType<typeof labelsOf>; runs: number }[] = [];
    for (const [i, recording] of recordings.entries()) {
      output.progress("running recordings", `${i + 1} of ${recordings.length}`);
      const { samples } = await withFile(recording, () =>
        readRecording(readWholeFile(recording), recording, built.section.source),
      );
      const scores = built.decisions.map((): Float32Array[] => []);
      const each = (result: { judged: readonly Float32Array[] }) =>
        result.judged.forEach((values, position) => void scores[position]?.push(values));
      const { runs } = await withFile(recording, () =>
        simulate(runner, built.section, samples, each, scores.length),
      );
      judged.push({ scores, labels: labelsOf(labels, recording), runs });
    }
    return judged;
  } finally {
    runner.close();
  }
}

/** Levels as people write them. */
const rounded = (level: number): number => Number(level.toPrecision(4));

async function filesOf(
  path: string,
  bytes: Uint8Array,
  curves: readonly EventCurve[],
  events: readonly string[],
  { draw, out }: TuneOptions,
): Promise<PendingFile[]> {
  const files: PendingFile[] = [];
  const encode = (text: string) => new TextEncoder().encode(text);
  if (draw !== undefined) {
    const { curveSvg } = await import("../app/curve-svg.js");
    const { pageOf } = await import("../report/markup.js");
    const title = `${path}: ${events.join(", ")}`;
    const picture = curveSvg(title, curves);
    files.push({ path: draw, bytes: encode(isPageName(draw) ? pageOf(title, picture) : picture) });
  }
  if (out === undefined) return files;
  type Event = { over: number; under?: number };
  const [{ withPaths }, folder] = await Promise.all([import("../app/compose.js"), dirname(resolve(path))]);
  const application = withPaths(
    parsedFile(bytes) as { stages: Record<string, { events?: Record<string, Event> }> },
    (named) => pathFrom(dirname(resolve(out)), folder, named),
  );
  for (const stage of Object.values(application.stages)) {
    for (const { event, chosen } of curves) {
      const own = stage.events?.[event];
      if (own === undefined || chosen === undefined) continue;
      own.over = chosen.over;
      if (own.under !== undefined) own.under = chosen.under;
    }
  }
  files.push({ path: out, bytes: encode(`${JSON.stringify(application, null, 2)}\n`) });
  return files;
}

/** A path that begins in a folder, for a file in another one. */
function pathFrom(to: string, folder: string, path: string): string {
  if (isAbsolute(path) || to === folder) return path;
  return relative(to, resolve(folder, path)).replaceAll("\\", "/");
}

/** Rows of a curve's table, at most. */
const mostRows = 12;

function curveLines({ event, curve, chosen }: EventCurve, hours: number, output: Output): string[] {
  const columns = [
    { heading: "level", align: "right" },
    { heading: "false alarms", align: "right" },
    { heading: "an hour", align: "right" },
    { heading: "found", align: "right" },
    { heading: "", align: "left" },
  ] as const;
  const shown = Array.from(
    { length: Math.min(mostRows, curve.length) },
    (_, i) => curve[Math.round((i * (curve.length - 1)) / Math.max(1, Math.min(mostRows, curve.length) - 1))],
  );
  const rows = [...new Set([...shown, chosen])]
    .filter((outcome): outcome is LevelOutcome => outcome !== undefined)
    .sort((a, b) => a.over - b.over)
    .map((outcome) => [
      String(rounded(outcome.over)),
      String(outcome.falseAlarms),
      outcome.falseAlarmsPerHour.toFixed(1),
      `${outcome.found} of ${outcome.labelled}`,
      outcome === chosen ? "picked" : "",
    ]);
  const { styles, width } = output;
  return [
    `${styles.bold(event)}  by ${hours.toFixed(2)} hours of recordings`,
    ...table(columns, rows, { width }),
    "",
  ];
}
