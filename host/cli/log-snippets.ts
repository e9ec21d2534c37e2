import type { Snippet } from "../device/answers.js";
import type { Device } from "../device/device.js";
import { WasmoteError } from "../errors.js";
import type { AppSection } from "../package/app.js";
import { thousands } from "./figures.js";
import { makeFolder, writeFilesAtomically } from "./files.js";
import type { Output } from "./output.js";
import { asFileName, nextNumber, sampleFile, sampleFormat, samplePath } from "./sample-files.js";

/** What a .json beside a snippet's samples tells. */
interface SnippetFacts {
  file: string;
  event: string;
  level: number;
  run: number;
  /** Since the board's start. */
  milliseconds: number;
  /** Samples of each channel before the run in which the event began, and in all. */
  before: number;
  samples: number;
  rate: number;
  channels: number;
}

/**
 * Fetches the samples around events that a board keeps, each into a file and a .json beside it, and has the board keep others.
 *
 * @throws `board-not-shared` where the application keeps none
 */
export async function fetchSnippets(
  device: Device,
  { source, events, share }: AppSection,
  folder: string,
  json: boolean,
  output: Output,
): Promise<void> {
  if (share.snippets === undefined) throw new WasmoteError("board-not-shared", `${device.name}: snippets`);
  const { snippets, leftOff, missed, today } = await device.snippets();
  const written: SnippetFacts[] = [];
  if (snippets.length > 0) await makeFolder(folder);
  for (const snippet of snippets) {
    const facts = await fetchSnippet(device, snippet, { source, events }, folder);
    await device.releaseSnippet(snippet.number);
    output.talk(`wrote ${facts.file}`);
    written.push(facts);
  }
  if (json) output.json({ snippets: written, leftOff, missed, today });
  else
    output.data([
      `${thousands(written.length)} snippets; ${thousands(leftOff)} events left off for want of bytes a day, ${thousands(missed)} for want of memory`,
    ]);
}

async function fetchSnippet(
  device: Device,
  snippet: Snippet,
  { source, events }: Pick<AppSection, "source" | "events">,
  folder: string,
): Promise<SnippetFacts> {
  const { rate, channels } = source;
  const samples = await device.snippet(snippet);
  const event = events[snippet.event] ?? String(snippet.event);
  const format = sampleFormat(source, undefined);
  const label = asFileName(event);
  const number = await nextNumber(folder, label);
  const file = samplePath(folder, label, number, format);
  const { level, run, milliseconds } = snippet;
  const lengths = { before: snippet.before / channels, samples: snippet.samples / channels };
  const facts: SnippetFacts = { file, event, level, run, milliseconds, ...lengths, rate, channels };
  const text = `${JSON.stringify({ ...facts, file: undefined }, null, 2)}\n`;
  await writeFilesAtomically([
    { path: file, bytes: sampleFile(samples, source, format) },
    { path: file.replace(/[a-z]+$/, "json"), bytes: new TextEncoder().encode(text) },
  ]);
  return facts;
}
