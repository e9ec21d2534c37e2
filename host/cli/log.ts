import type { Command } from "commander";
import type { BoardApplication, LoggedEvent } from "../device/answers.js";
import type { Device } from "../device/device.js";
import { WasmoteError } from "../errors.js";
import { decodeApp } from "../package/app.js";
import { table } from "../table.js";
import { type LineOptions, lineOptions, withBoard } from "./board-line.js";
import { keyOption } from "./board-runner.js";
import { ofNoUse } from "./errors.js";
import { thousands } from "./figures.js";
import { addHelp } from "./help.js";
import { readPrivateKeyFile } from "./key-files.js";
import { fetchSnippets } from "./log-snippets.js";
import { printSummary } from "./log-summary.js";
import type { Output } from "./output.js";

interface LogOptions extends LineOptions {
  clear?: boolean;
  snippets?: string;
  summary?: boolean;
  key?: string;
  json?: boolean;
}

const help = `
The application's file says whether its events are logged (log) and may leave the board (share.events). Times are those since the board's
start of that number. --clear forgets what was printed, and takes --key where the board has trusted keys.
--snippets fetches the samples around events that the board keeps (share.snippets), each into EVENT.NUMBER.wav, or .npy, with a .json
beside it; the board then keeps others. --summary prints how often each event began (share.counters) and how often numbers were between which
bounds (share.histograms), since the application began.

Example: wasmote log --port auto --json`;

/** Adds the command `log` to the program. */
export function registerLog(program: Command, output: Output): void {
  const command = program
    .command("log")
    .description("Print the events that an application has written to a board's log.");
  for (const option of lineOptions()) command.addOption(option);
  command
    .option("--clear", "forget the events once they are printed")
    .option("--snippets <dir>", "write the samples around events that the board keeps; folders are made")
    .option("--summary", "print counters and histograms instead")
    .addOption(keyOption())
    .option("--json", "print the events as JSON")
    .action((options: LogOptions) => log(options, output));
  addHelp(command, help);
}

async function log(options: LogOptions, output: Output): Promise<void> {
  if (options.snippets !== undefined && options.clear)
    throw ofNoUse("--clear", "--snippets forgets what it has written by itself");
  if (options.summary && (options.clear || options.snippets !== undefined))
    throw ofNoUse(options.clear ? "--clear" : "--snippets", "--summary prints counters and histograms alone");
  const key = await readPrivateKeyFile(options.key, output);
  await withBoard(options, output, async (device) => {
    const { unlock } = await import("../device/unlock.js");
    await unlock(device, key);
    const application = await device.application();
    if (application.state === "none") throw new WasmoteError("board-no-application", device.name);
    if (options.snippets !== undefined || options.summary) {
      const section = decodeApp(await device.applicationSection());
      const json = options.json === true;
      if (options.snippets === undefined) await printSummary(device, section, json, output);
      else await fetchSnippets(device, section, options.snippets, json, output);
      return;
    }
    if (!application.shares) throw new WasmoteError("board-not-shared", device.name);
    const [events, nameOf] = [await device.events(), await eventNames(device)];
    if (options.json)
      output.json({ events: events.map((event) => ({ ...event, event: nameOf(event.event) })) });
    else output.data(logText(events, nameOf, output));
    output.talk(stateText(application));
    if (options.clear) {
      await device.clearEvents();
      output.talk("the log is cleared");
    }
  });
}

/** What events are called by their numbers. */
async function eventNames(device: Device): Promise<(event: number) => string> {
  const { events } = decodeApp(await device.applicationSection());
  return (event) => events[event] ?? String(event);
}

const levelDecimals = 3;

function logText(
  events: readonly LoggedEvent[],
  nameOf: (event: number) => string,
  output: Output,
): string[] {
  if (events.length === 0) return ["no events"];
  return table(
    [
      { heading: "number", align: "right" },
      { heading: "start", align: "right" },
      { heading: "time", align: "right" },
      { heading: "run", align: "right" },
      { heading: "event", align: "left" },
      { heading: "level", align: "right" },
    ],
    events.map(({ sequence, boot, milliseconds, run, event, level }) => [
      thousands(sequence),
      thousands(boot),
      `${(milliseconds / 1000).toFixed(3)} s`,
      thousands(run),
      nameOf(event),
      level.toFixed(levelDecimals),
    ]),
    { width: output.width, heading: output.styles.dim },
  );
}

/** What sources refuse that takes more than its name to say. */
const refusalTexts: Readonly<Record<string, string>> = {
  address: "nothing answers at its address",
  chip: "another chip answers, or the firmware does not know it",
};

/** How the application does, as a sentence. */
function stateText({ state, why, runs, overruns, busy, elapsed, refused, lacks }: BoardApplication): string {
  const told = [
    `the application is ${why === null ? state : `${state}: ${why}`}`,
    `${thousands(runs)} runs, ${thousands(overruns)} lost`,
    ...(elapsed > 0 ? [`busy for ${((100 * busy) / elapsed).toFixed(1)} % of the time`] : []),
    ...(refused === null
      ? []
      : [`its sensor: ${refusalTexts[refused] ?? `the board cannot do its ${refused}`}`]),
    ...(lacks.length > 0 ? [`the board lacks its ${lacks.join(", ")}`] : []),
  ];
  return told.join("; ");
}
