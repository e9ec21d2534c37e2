import type { Board } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { lacking, missing } from "../tools/find.js";
import { packageVersion } from "../tools/package-version.js";
import type { Program } from "../tools/packages.js";
import { buildFirmware, type Firmware, type FirmwareOptions, firmwarePrograms } from "./build.js";
import { hasCryptography } from "./cryptography.js";
import { firmwarePackage, type Prebuilt, prebuiltFirmware } from "./prebuilt.js";
import type { FirmwareTrust, OwnDrivers } from "./variables.js";

/** How firmware is obtained. */
export interface ObtainOptions {
  /** Builds it although there is a package that has it. */
  build?: boolean;
  /** Whose models it is to run; it is built then. */
  trust?: FirmwareTrust;
  /** Drivers that it is to have besides; it is built then. */
  drivers?: OwnDrivers;
  /** Folders from which the package is resolved; wasmote's own and the working folder by default. */
  from?: readonly string[];
}

/** Firmware that can be had: it is there already, or all is there that building it takes. */
export interface ObtainableFirmware {
  /** Whether it is built already. */
  prebuilt: boolean;
  /** Why the package that is installed is not used; undefined where it is, or where there is none. */
  why: string | undefined;
  /** Programs that building it takes and this machine lacks. */
  lacks: readonly Program[];
  /**
   * Gives it.
   *
   * @throws `tool-missing` which names both ways out, `tool-failed`, `board-invalid`
   */
  obtain(options?: FirmwareOptions): Promise<Firmware>;
}

/**
 * Finds out where a board's firmware comes from: the package `@wasmote/firmware` where that has it, or else the compiler.
 *
 * @throws `firmware-hash`, `file-unreadable` where the package is damaged
 */
export function obtainableFirmware(
  board: Board,
  { build = false, trust, drivers, from }: ObtainOptions = {},
): ObtainableFirmware {
  const { firmware, why }: Prebuilt =
    build || trust !== undefined || drivers !== undefined ? {} : prebuiltFirmware(board, from);
  if (firmware !== undefined)
    return { prebuilt: true, why: undefined, lacks: [], obtain: async () => firmware };
  const lacks = lacking([
    ...firmwarePrograms(board),
    ...(trust === undefined || hasCryptography() ? [] : (["pip"] as const)),
  ]);
  const obtain = async (options?: FirmwareOptions): Promise<Firmware> => {
    if (lacks.length > 0) throw firmwareMissing(board, lacks);
    return buildFirmware(board, { ...options, trust, drivers });
  };
  return { prebuilt: false, why: why && `${firmwarePackage} is not used: ${why}`, lacks, obtain };
}

/** The error for programs that are not there, of which building the firmware takes some. Names both ways out. */
export function firmwareMissing(board: Board, programs: readonly Program[]): WasmoteError {
  const error = missing(...programs);
  if (board.flashMethods.length === 0) return error;
  const help =
    "Install what is named (`wasmote toolchain` does), or take firmware that is built already: " +
    `npm install ${firmwarePackage}@${packageVersion()}.`;
  return new WasmoteError(error.code, error.detail, {}, { help });
}
