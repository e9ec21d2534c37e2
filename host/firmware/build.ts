import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { nativeSourceFiles, nativeSources } from "wasm3-bindings/sources";
import { type Board, boardsFolder } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { temporaryFolder } from "../tools/ending.js";
import { findProgram, requireProgram, requirePrograms } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { runProgram } from "../tools/run.js";
import { userCache } from "../tools/user-cache.js";
import { cryptographyFiles, cryptographySources } from "./cryptography.js";
import { type ImageSizes, imageSizes } from "./sizes.js";
import { encodeUf2 } from "./uf2.js";
import {
  cBytes,
  cmakeVariables,
  driverVariables,
  type FirmwareTrust,
  firmwareBytes,
  type OwnDrivers,
  trustVariables,
} from "./variables.js";

/** Firmware of a board, built. */
export interface Firmware {
  /** Paths of its files; `uf2` only where the board takes one. */
  files: { elf: string; bin: string; hex: string; uf2?: string };
  sizes: ImageSizes;
}

/** How firmware is built. */
export interface FirmwareOptions {
  /** Folder for built firmware; the user's cache by default. */
  cache?: string;
  /** Whose models it runs; without it, anyone's. */
  trust?: FirmwareTrust;
  /** Drivers that it has besides its own. */
  drivers?: OwnDrivers;
  /** Whether the compiler's warnings end the build; false by default. What is in the cache is not compiled again. */
  warningsAreErrors?: boolean;
  /** Takes what CMake and the compiler say. */
  onLine?(line: string): void;
}

const sources = [
  "CMakeLists.txt",
  "abi",
  "accelerators",
  "app",
  "cmake",
  "drivers",
  "firmware",
  "formats",
  "link",
  "ports",
  "runtime",
  "store",
  "toolchains",
  "trust",
  "update",
  "wasm3",
];
const finished = "complete";

/** What the library (boards/runtime/CMakeLists.txt) is made of, which is most of a firmware, and what it is told. */
const librarySources = ["CMakeLists.txt", "abi", "accelerators", "formats", "runtime", "toolchains", "wasm3"];
const libraryVariables = [
  "WASMOTE_CORE",
  "WASMOTE_FLAGS",
  "WASMOTE_FLOATS",
  "WASMOTE_FPU",
  "WASMOTE_WASM3_STACK_BYTES",
  "WASMOTE_WASM3_CODE_PAGE_BYTES",
];
const libraryFile = "libwasmote.a";

/** The folder of this process where there is no cache. */
let ownCache: string | undefined;

/**
 * Programs that building the firmware of a board takes. CMake takes Ninja or else Make.
 *
 * @param find gives the path of a program that is there
 */
export function firmwarePrograms(
  board: Board,
  find: (name: string) => string | undefined = findProgram,
): Program[] {
  const builder = find("ninja") === undefined ? (["make"] as const) : [];
  return ["cmake", ...builder, `${board.isa.toolchain}-gcc`];
}

/**
 * Builds the firmware of a board with CMake, or takes it from the cache where it was built before from the same sources
 * with the same compiler.
 *
 * @throws `board-invalid` where the port is missing, `tool-missing` where CMake or the compiler is missing, `tool-failed`; with
 *   trusted keys, also as `cryptographySources`
 */
export async function buildFirmware(board: Board, options: FirmwareOptions = {}): Promise<Firmware> {
  if (!existsSync(join(boardsFolder, "ports", board.port))) {
    throw new WasmoteError("board-invalid", `port: there is no folder boards/ports/${board.port}`, {
      file: `boards/definitions/${board.id}.json`,
    });
  }
  requirePrograms(firmwarePrograms(board));
  const cmake = requireProgram("cmake");
  const compiler = requireProgram(`${board.isa.toolchain}-gcc`);
  const wasm3 = nativeSources("wasm3");
  const { trust } = options;
  const cryptography = trust === undefined ? undefined : cryptographySources();
  const trusting = trust && cryptography ? trustVariables(trust, cryptography) : {};
  const own = driverVariables(options.drivers);
  const variables: Record<string, string> = {
    ...cmakeVariables(board, wasm3),
    ...trusting,
    ...own.variables,
  };
  const version = await runProgram(compiler, ["--version"]);
  const key = sourceKey(
    [JSON.stringify(board), version, JSON.stringify(trusting), JSON.stringify(own.variables)],
    [
      ...sources.map((part) => join(boardsFolder, part)),
      wasm3,
      ...own.files,
      ...(cryptography === undefined ? [] : cryptographyFiles.map((name) => join(cryptography, name))),
    ],
  );
  const cache = options.cache ?? firmwareCache();
  /* Firmware that holds a secret key is kept by who asked for it, and nowhere else. */
  const secret = trust?.deviceKey instanceof Uint8Array ? trust.deviceKey : undefined;
  const folder = join(secret === undefined ? cache : temporaryFolder("secret").path, board.id, key);
  if (!existsSync(join(folder, finished))) {
    const library = join(cache, "library", libraryKey(board, variables, version, wasm3));
    const work = temporaryFolder("firmware");
    try {
      if (secret !== undefined) {
        variables.WASMOTE_DEVICE_KEY_FILE = join(work.path, "device_key.inc");
        writeFileSync(variables.WASMOTE_DEVICE_KEY_FILE, cBytes(secret), { mode: 0o600 });
      }
      await runProgram(cmake, configureArguments(board, variables, library, work.path, options), options);
      await runProgram(cmake, ["--build", work.path, "--parallel"], options);
      keepLibrary(work.path, library);
      keep(board, work.path, folder);
    } finally {
      work.remove();
    }
  }
  return describeFirmware(board, folder);
}

/**
 * A digest of what a board's firmware is made of: the board's data and all sources, but not the compiler. 64 hexadecimal
 * digits, the same for a checkout as for a package.
 */
export function firmwareSources(board: Board): string {
  const wasm3 = nativeSources("wasm3");
  const files = [
    ...sources
      .flatMap((part) => filesIn(join(boardsFolder, part)))
      .map((path) => ({ path, name: relative(boardsFolder, path).replaceAll("\\", "/") })),
    ...nativeSourceFiles("wasm3").map((name) => ({ path: join(wasm3, name), name: `wasm3/${name}` })),
  ];
  const hash = createHash("sha256").update(JSON.stringify(board));
  for (const { path, name } of files) {
    hash.update(`${name.length}:${name}`).update(createHash("sha256").update(readFileSync(path)).digest());
  }
  return hash.digest("hex");
}

/** Names the library's build: boards of which all this is the same have the same. */
function libraryKey(
  board: Board,
  variables: Readonly<Record<string, string>>,
  compiler: string,
  wasm3: string,
): string {
  const own = libraryVariables.map((name) => `${name}=${variables[name]}`);
  return sourceKey(
    [...own, board.isa.toolchain, compiler],
    [...librarySources.map((part) => join(boardsFolder, part)), wasm3],
  );
}

function configureArguments(
  board: Board,
  variables: Record<string, string>,
  library: string,
  work: string,
  { warningsAreErrors = false }: FirmwareOptions,
): string[] {
  return [
    ...["-S", boardsFolder, "-B", work],
    ...(findProgram("ninja") === undefined ? [] : ["-G", "Ninja"]),
    "-DCMAKE_BUILD_TYPE=Release",
    `-DWASMOTE_WARNINGS_ARE_ERRORS=${warningsAreErrors ? "ON" : "OFF"}`,
    ...(existsSync(join(library, libraryFile)) ? [`-DWASMOTE_LIBRARY=${join(library, libraryFile)}`] : []),
    `-DCMAKE_TOOLCHAIN_FILE=${join(boardsFolder, "toolchains", `${board.isa.toolchain}.cmake`)}`,
    ...Object.entries(variables).map(([name, value]) => `-D${name}=${value}`),
  ];
}

/** Keeps the library that was built with a firmware for boards of the same processor. */
function keepLibrary(work: string, library: string): void {
  const built = join(work, "runtime", libraryFile);
  if (!existsSync(built)) return;
  mkdirSync(library, { recursive: true });
  const draft = mkdtempSync(join(library, "draft."));
  copyFileSync(built, join(draft, libraryFile));
  renameSync(join(draft, libraryFile), join(library, libraryFile));
  rmSync(draft, { recursive: true, force: true });
}

/** Moves a complete set of files into place at once, so that another process sees all of it or nothing. */
function keep(board: Board, work: string, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}.`);
  for (const ending of ["elf", "bin", "hex", "map"]) {
    copyFileSync(join(work, `${board.id}.${ending}`), join(draft, `${board.id}.${ending}`));
  }
  const method = board.flashMethods.find((entry) => entry.method === "uf2");
  if (method?.method === "uf2") {
    const image = readFileSync(join(draft, `${board.id}.bin`));
    writeFileSync(join(draft, `${board.id}.uf2`), encodeUf2(image, board.flashOrigin, method.familyId));
  }
  writeFileSync(join(draft, finished), "");
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(join(folder, finished))) throw error;
  }
}

/** The files of a board's firmware in that folder, which are named by it. */
export function describeFirmware(board: Board, folder: string): Firmware {
  const file = (ending: string): string => join(folder, `${board.id}.${ending}`);
  const sizes = imageSizes(
    readFileSync(file("elf")),
    { origin: board.flashOrigin, bytes: firmwareBytes(board) },
    { origin: board.ramOrigin, bytes: board.ramBytes },
  );
  const uf2 = existsSync(file("uf2")) ? { uf2: file("uf2") } : {};
  return { files: { elf: file("elf"), bin: file("bin"), hex: file("hex"), ...uf2 }, sizes };
}

function sourceKey(texts: readonly string[], paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:${text}`);
  for (const path of paths) {
    for (const file of filesIn(path)) hash.update(`${file.length}:${file}`).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 32);
}

function filesIn(path: string): string[] {
  if (!existsSync(path)) return [];
  let entries: string[];
  try {
    entries = readdirSync(path).sort();
  } catch {
    return [path];
  }
  return entries.flatMap((entry) => filesIn(join(path, entry)));
}

/** Where firmware is kept: the user's cache or, where that cannot be written to, a folder of this process alone. */
function firmwareCache(): string {
  const cache = userCache();
  if (cache !== undefined) {
    const folder = join(cache, "firmware");
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK);
      return folder;
    } catch {
      // not there
    }
  }
  ownCache ??= temporaryFolder("built").path;
  return ownCache;
}
