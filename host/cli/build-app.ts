import { basename, dirname } from "node:path";
import type { BuiltApplication } from "../app/build-application.js";
import type { Fit } from "../boards/index.js";
import type { KernelLibrary } from "../link/link.js";
import type { AppAction, AppSection } from "../package/app.js";
import { buildFromFile } from "./app-file.js";
import type { BuildOptions } from "./build.js";
import { buildJson, buildText } from "./build-report.js";
import { ofNoUse } from "./errors.js";
import { bytesText } from "./figures.js";
import { makeFolder, refuseOverwriting, writeFilesAtomically } from "./files.js";
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
  if (kind !== "gpio") return kind === "line" ? "a line on the port" : "a message to the host";
  const time = milliseconds === undefined ? "while it lasts" : `for ${milliseconds} ms`;
  return `pin ${pin} ${high ? "high" : "low"} ${time}`;
}

/** What an application does beside its model: source, runs, events with their actions, and what may leave. */
export function appLines({ source, hop, events, actions, log, share }: AppSection): string[] {
  const kind =
    source.driver === "none" ? "from the link" : [source.driver, source.chip].filter(Boolean).join(" ");
  const channels = source.channels === 1 ? "" : ` of ${source.channels} channels`;
  const shared = [
    ...(share.events ? ["events"] : []),
    ...(share.counters ? ["counters"] : []),
    ...(share.samples > 0 ? [`${bytesText(share.samples)} of samples a day`] : []),
  ];
  return [
    `source  ${kind}, ${source.rate} samples a second${channels}; a run each ${Number(((hop / source.rate) * 1000).toFixed(3))} ms`,
    ...events.map((event, i) => {
      const does = actions.filter((action) => action.event === i).map(actionText);
      return `event   ${event}${does.length === 0 ? "" : `: ${does.join(", ")}`}`;
    }),
    `leaves  ${shared.length === 0 ? "nothing but what actions say" : shared.join(", ")}${log ? "; events are kept in the board's log" : ""}`,
  ];
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
  const built = await buildFromFile(path, bytes, options.kernels, read);
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
