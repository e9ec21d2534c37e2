import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { boardsFolder } from "./load.js";
import type { Board } from "./types.js";

const bytes = z.int().nonnegative();

/** What a board's firmware takes, in bytes. */
const sizesSchema = z.strictObject({
  /** Flash, initial values of variables included. */
  flashBytes: bytes,
  /** Variables: static data. */
  variableBytes: bytes,
  /** The C stack, and what is set aside for exceptions or guards it. */
  stackBytes: bytes,
});
export type FirmwareSizes = z.infer<typeof sizesSchema>;

const fileSchema = z.strictObject({
  /** First lines of what the compilers tell of themselves, by their programs. */
  compilers: z.record(z.string(), z.string()),
  boards: z.record(z.string(), sizesSchema),
});

/** The file of all sizes: a test builds every firmware and compares (test/boards/firmware-sizes.test.ts). */
export const firmwareSizesFile = join(boardsFolder, "firmware-sizes.json");

let read: z.infer<typeof fileSchema> | undefined;

/** All that is recorded of the firmware of this version. */
export function recordedFirmware(): z.infer<typeof fileSchema> {
  read ??= fileSchema.parse(JSON.parse(readFileSync(firmwareSizesFile, "utf8")));
  return read;
}

/**
 * What a board's firmware takes, as this version's was built. Of a board that is not recorded, the most of all is told,
 * and `exact` is false.
 */
export function firmwareSizes({ id }: Board): FirmwareSizes & { exact: boolean } {
  const { boards } = recordedFirmware();
  const known = boards[id];
  if (known !== undefined) return { ...known, exact: true };
  const most = (field: keyof FirmwareSizes): number =>
    Math.max(...Object.values(boards).map((sizes) => sizes[field]));
  return {
    flashBytes: most("flashBytes"),
    variableBytes: most("variableBytes"),
    stackBytes: most("stackBytes"),
    exact: false,
  };
}
