import { basename, dirname, isAbsolute, join } from "node:path";
import type { ApplicationReader, BuiltApplication } from "../app/build-application.js";
import { recordingEndings } from "../app/recording.js";
import { WasmoteError } from "../errors.js";
import { isText } from "../files/kinds.js";
import { readFileWithin, readWholeFile } from "../files/read.js";
import type { KernelLibrary } from "../link/link.js";
import { findFiles } from "../run/samples/find-files.js";
import { UsageError } from "./errors.js";
import { withFile } from "./files.js";

/** Most bytes of an application's own file. */
const maxFileBytes = 2 ** 20;

/** What an application's file holds, as JSON. Throws `application-invalid`. */
export function parsedFile(bytes: Uint8Array): unknown {
  if (bytes.length > maxFileBytes)
    throw new WasmoteError("application-invalid", `${bytes.length} bytes; at most ${maxFileBytes} are read`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new WasmoteError("application-invalid", `it is no JSON: ${(error as Error).message}`);
  }
}

/** Whether a file is an application's: by what it holds, or where that is no JSON by its name, or by what it seems to hold. */
export function isApplicationFile(path: string, bytes: Uint8Array): boolean {
  if (!isText(bytes) || bytes.length > maxFileBytes) return false;
  try {
    const found = parsedFile(bytes) as { stages?: unknown; source?: unknown } | null;
    return typeof found === "object" && found !== null && ("stages" in found || "source" in found);
  } catch {
    const seemsSo = () => /"(source|stages)"\s*:\s*\{/.test(new TextDecoder().decode(bytes));
    return /^(.*[._-])?app\.json$/i.test(basename(path)) || (/\.json$/i.test(path) && seemsSo());
  }
}

/**
 * Builds the application of a file; paths in it are from its folder. Errors name the file that they are about.
 *
 * @param read is given the paths of all files that were read
 */
export async function buildFromFile(
  path: string,
  bytes: Uint8Array,
  kernels: readonly KernelLibrary[] | undefined,
  read: string[] = [],
  { judged = false }: { readonly judged?: boolean } = {},
): Promise<BuiltApplication> {
  const { buildApplication } = await import("../app/build-application.js");
  const resolved = (named: string) => (isAbsolute(named) ? named : join(dirname(path), named));
  const reader: ApplicationReader = {
    read(named) {
      read.push(resolved(named));
      return readWholeFile(resolved(named));
    },
    beside: (model) => (named, limit) => {
      read.push(resolved(named));
      return readFileWithin(dirname(resolved(model)), resolved(named), limit);
    },
  };
  return withFile(path, () =>
    buildApplication(parsedFile(bytes) as never, reader, { judged, ...(kernels && { kernels }) }),
  );
}

/** The recordings of files and folders. Throws `file-unreadable` where there is none. */
export function recordingsOf(inputs: readonly string[]): string[] {
  const isRecording = (name: string) =>
    recordingEndings.some((ending) => name.toLowerCase().endsWith(`.${ending}`));
  const found = inputs.flatMap((input) => findFiles(input, isRecording).map(({ path }) => path));
  if (found.length === 0)
    throw new WasmoteError("file-unreadable", `there is no .${recordingEndings.join(" or .")} in it`, {
      file: inputs[0] as string,
    });
  return found;
}

/** Whether a drawing is to be a page, by its name. */
export function isPageName(draw: string): boolean {
  return /\.html$/i.test(draw);
}

/** Refuses a name for a drawing that is neither a picture's nor a page's. Throws `UsageError`. */
export function requirePictureName(draw: string | undefined): void {
  if (draw === undefined || /\.svg$/i.test(draw) || isPageName(draw)) return;
  throw new UsageError(
    `--draw ${draw}: it is drawn as a picture, .svg, or a page, .html`,
    "Give it a name that ends with .svg or .html.",
  );
}
