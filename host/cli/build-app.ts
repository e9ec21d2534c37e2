import { basename, dirname } from "node:path";
import type { BuiltApplication } from "../app/build-application.js";
import { millisecondsText } from "../app/times.js";
import type { Fit } from "../boards/index.js";
import { readWholeFile } from "../files/read.js";
import type { KernelLibrary } from "../link/link.js";
import type { AppAction, AppData, AppSection, AppSnippets } from "../package/app.js";
import { buildFromFile } from "./app-file.js";
import type { BuildOptions } from "./build.js";
import { buildJson, buildText } from "./build-report.js";
import { ofNoUse } from "./errors.js";
import { bytesText } from "./figures.js";
import { makeFolder, refuseOverwriting, withFile, writeFilesAtomically } from "./files.js";
import type { Output } from "./output.js";

/** Refuses options of `build` that are about a model alone. */
function requireOfUse(options: BuildOptions): void {
  const why = "an application is built, whose models are taken as they are";
  const given: readonly [option: string, isGiven: boolean][] = [
    ["--calibrate", options.calibrate.length > 0],
    ["--samples", options.samples !== undefined],
    ["--validate", options.validate.length > 0],
    ["--labels", options.labels !== undefined],
    ["--quantize", options.quantize !== "auto"],
    ["--keep", options.keep !== undefined],
    ["--report", options.report !== undefined],
    ["--budget", options.budget !== undefined],
    ["--dim", options.dim.length > 0],
    ["--layout", options.layout !== undefined],
    ["--mean", options.mean !== undefined],
    ["--std", options.std !== undefined],
    ["--sample-rate", options.sampleRate !== undefined],
  ];
  for (const [option, isGiven] of given) if (isGiven) throw ofNoUse(option, why);
}

/** An application's name as a file's. */
const fileName = (path: string): string => {
  const name = basename(path).replace(/\.json$/i, "");
  return name === "app" ? basename(dirname(path) === "." ? process.cwd() : dirname(path)) : name;
};

function actionText({ kind, pin, high = true, milliseconds }: AppAction): string {
  if (kind === "line") return "a line on the port";
  if (kind === "notify") return "a message to the host";
  const time = milliseconds === undefined ? "while it lasts" : `for ${milliseconds} ms`;
  if (kind === "gpio") return `pin ${pin} ${high ? "high" : "low"} ${time}`;
  const where = pin === undefined ? "" : ` at pin ${pin}`;
  return kind === "pwm" ? `pulses${where} ${time}` : `driver ${kind}${where} ${time}`;
}

/** "samples from 500 ms before to 500 ms after events, 64 KB a day". */
function snippetsText({ before, after, perDay }: AppSnippets, runSeconds: number): string {
  const [from, to] = [before, after].map((runs) => millisecondsText(runs * runSeconds));
  return `samples from ${from} before to ${to} after events, ${bytesText(perDay)} a day`;
}

/** "still: moments of rows of 9, a .npy": what `push --data` takes in its place. */
function dataText({ name, kind, rows, columns, names = [] }: AppData): string {
  if (kind === "levels") return `${name}: levels of ${names.join(", ")}, a .json`;
  if (kind === "moments") return `${name}: a baseline of rows of ${columns}, a .npy`;
  const what = kind === "rows" ? `rows of ${columns}` : `rows of ${columns} and a class, ${names.join(", ")}`;
  return `${name}: up to ${rows} ${what}, a .npy`;
}

/** What an application does beside its model: source, runs, events with their actions, and what may leave. */
export function appLines({
  source,
  hop,
  events,
  actions,
  log,
  share,
  histograms,
  data = [],
}: AppSection): string[] {
  const kind =
    source.driver === "none" ? "from the link" : [source.driver, source.chip].filter(Boolean).join(" ");
  const channels = source.channels === 1 ? "" : ` of ${source.channels} channels`;
  const shared = [
    ...(share.events ? ["events"] : []),
    ...(share.counters ? ["counters"] : []),
    ...(histograms ? [`histograms of ${histograms.map(({ name }) => name).join(", ")}`] : []),
    ...(share.capture ? ["samples while a host asks for them"] : []),
    ...(share.snippets ? [snippetsText(share.snippets, hop / source.rate)] : []),
  ];
  return [
    `source  ${kind}, ${source.rate} samples a second${channels}; a run each ${millisecondsText(hop / source.rate)}`,
    ...events.map((event, i) => {
      const does = actions.filter((action) => action.event === i).map(actionText);
      return `event   ${event}${does.length === 0 ? "" : `: ${does.join(", ")}`}`;
    }),
    ...data.map((each) => `data    ${dataText(each)}`),
    `leaves  ${shared.length === 0 ? "nothing but what actions say" : shared.join(", ")}${log ? "; events are kept in the board's log" : ""}`,
  ];
}

/** The built application with a recording, which takes the place of its source. */
async function playing(
  built: BuiltApplication,
  path: string,
  read: string[],
  output: Output,
): Promise<BuiltApplication> {
  const { section } = built;
  const [{ readRecording }, { withApp, withRecording }] = await Promise.all([
    import("../app/recording.js"),
    import("../package/app.js"),
  ]);
  read.push(path);
  const { samples, notes } = await withFile(path, () =>
    readRecording(readWholeFile(path), path, section.source),
  );
  output.talk(`${path}: ${notes.join("; ")}`);
  const { rate, channels } = section.source;
  const replayed: AppSection = { ...section, source: { driver: "recording", rate, channels } };
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return { ...built, wasm: withRecording(withApp(built.wasm, replayed), bytes), section: replayed };
}

/** Builds an application's file, as `build` is told to. */
export async function buildApplicationFile(
  path: string,
  bytes: Uint8Array,
  options: BuildOptions & { kernels?: readonly KernelLibrary[] | undefined },
  fitting: ((built: BuiltApplication) => Promise<{ verdict: Fit; lines: readonly string[] }>) | undefined,
  output: Output,
): Promise<void> {
  requireOfUse(options);
  const read = [path];
  output.progress(`building ${path}`);
  const own = await buildFromFile(path, bytes, options.kernels, read);
  const built = options.recording === undefined ? own : await playing(own, options.recording, read, output);
  const out = options.out ?? `${fileName(path)}.wasm`;
  await refuseOverwriting(read, [out], "Give -o another name.");
  const fit = await fitting?.(built);
  await makeFolder(dirname(out));
  await writeFilesAtomically([{ path: out, bytes: built.wasm }]);
  output.talk(`wrote ${out} (${bytesText(built.wasm.length)})`);
  if (options.json)
    output.json({ ...buildJson(built, out), app: built.section, ...(fit && { fit: fit.verdict }) });
  else
    output.data([...(await buildText(built, output)), "", ...appLines(built.section), ...(fit?.lines ?? [])]);
}
