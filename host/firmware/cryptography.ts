import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { boardsFolder } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { sha256Of } from "../files/sha256.js";
import { temporaryFolder } from "../tools/ending.js";
import { requireProgram } from "../tools/find.js";
import { userCache } from "../tools/user-cache.js";

/** A source distribution on PyPI, which is never installed, and what is taken of it. */
interface Carrier {
  name: string;
  version: string;
  sha256: string;
  /** Names under which its files are kept, by their paths in its folder. */
  files: Readonly<Record<string, string>>;
}

/** What carries Monocypher, and what OpenBSD's SHA-512, which is small. */
const carriers: readonly Carrier[] = [
  {
    name: "pymonocypher",
    version: "4.0.3.4",
    sha256: "5e56e3d3eb770a53e0b9f6274146663c11a11f3d0de5cd48e3be0428d1b07a4a",
    files: {
      "monocypher.c": "monocypher.c",
      "monocypher.h": "monocypher.h",
      "LICENSE.txt": "LICENSE-monocypher.txt",
    },
  },
  {
    name: "bcrypt",
    version: "3.2.2",
    sha256: "433c410c2177057705da2a9f2cd01dd157493b2a7ac14c8593a16b3dab6b6bfb",
    files: {
      "src/_csrc/sha2.c": "sha2.c",
      "src/_csrc/sha2.h": "sha2.h",
      "src/_csrc/pycabcrypt.h": "pycabcrypt.h",
      "src/_csrc/portable_endian.h": "portable_endian.h",
      LICENSE: "LICENSE-bcrypt.txt",
    },
  },
];

const lastFile = "sha2.c";

/** Names of all files that `cryptographySources` holds and the firmware is made of. */
export const cryptographyFiles: readonly string[] = carriers
  .flatMap(({ files }) => Object.values(files))
  .filter((name) => /\.[ch]$/.test(name));

/** Where a packed package carries them (host/tools/pack-cryptography.ts). */
export const packedCryptography = join(boardsFolder, "cryptography");

/** A checkout has its own: while it is packed, what is packed comes and goes. */
const isCheckout = existsSync(join(boardsFolder, "..", "host"));

/**
 * The folder of C sources for signatures and encryption that firmware with trusted keys is built from: Monocypher 4 and OpenBSD's
 * SHA-512. A packed package carries them; a checkout fetches them by pip, from the index that pip is configured for, checks their
 * SHA-256, and keeps them in the user's cache.
 *
 * @throws `tool-missing` where pip is missing, `tool-failed`, `sources-hash` where what was fetched is another file
 */
export function cryptographySources(): string {
  const there = existingCryptography();
  if (there !== undefined) return there;
  const cache = userCache();
  const folder = cachedCryptography();
  const parent = cache ?? temporaryFolder("cryptography").path;
  mkdirSync(parent, { recursive: true });
  const draft = mkdtempSync(join(parent, "cryptography."));
  writeCryptography(draft);
  if (folder === undefined) return draft;
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(join(folder, lastFile))) throw error;
  }
  return folder;
}

/** Whether the sources are there, so that nothing is to be fetched. */
export function hasCryptography(): boolean {
  return existingCryptography() !== undefined;
}

function cachedCryptography(): string | undefined {
  const cache = userCache();
  return cache === undefined
    ? undefined
    : join(cache, ["cryptography", ...carriers.map(({ version }) => version)].join("-"));
}

function existingCryptography(): string | undefined {
  const folders = [isCheckout ? undefined : packedCryptography, cachedCryptography()];
  return folders.find((folder) => folder !== undefined && existsSync(join(folder, lastFile)));
}

/** Writes the sources and their licences to a folder. Throws as `cryptographySources`. */
export function writeCryptography(folder: string): void {
  for (const carrier of carriers) {
    const archive = untar(gunzipSync(fetchCarrier(carrier)));
    for (const [path, name] of Object.entries(carrier.files)) {
      const bytes = archive.get(`${carrier.name}-${carrier.version}/${path}`);
      if (bytes === undefined) throw new Error(`${carrier.name} has no ${path}`);
      writeFileSync(join(folder, name), bytes);
    }
  }
}

/**
 * Has pip fetch a source distribution; its bytes. Before pip keeps one it asks its build system for metadata: it installs that,
 * Cython from source among it, and runs the distribution's setup.py. A build system that is not installed but found in PYTHONPATH is taken instead
 * with `--no-build-isolation` (PEP 517): ours, which answers at once. The wanted Python is one that the distribution is for, as
 * nothing of it runs.
 */
function fetchCarrier({ name, version, sha256 }: Carrier): Uint8Array {
  const pip = requireProgram("pip");
  const work = temporaryFolder("pip");
  try {
    const what = `${name}==${version}`;
    const existingPath = process.env.PYTHONPATH ? [process.env.PYTHONPATH] : [];
    const buildSystem = writeBuildSystem(join(work.path, "build-system"), name, version);
    const args = [
      ...["download", "--no-deps", "--no-binary", name, "--no-build-isolation", "--python-version", "3.12"],
      ...["--dest", work.path, what],
    ];
    try {
      execFileSync(pip, args, {
        env: { ...process.env, PYTHONPATH: [buildSystem, ...existingPath].join(delimiter) },
        stdio: ["ignore", "ignore", "pipe"],
        encoding: "utf8",
        timeout: 120_000,
      });
    } catch (error) {
      const said = (error as { stderr?: string }).stderr?.trim().split("\n").slice(-3).join("; ");
      throw new WasmoteError("tool-failed", `pip download ${what}: ${said || String(error)}`);
    }
    const bytes = readFileSync(join(work.path, `${name}-${version}.tar.gz`));
    if (sha256Of(bytes) !== sha256) {
      throw new WasmoteError("sources-hash", `${what} has SHA-256 ${sha256Of(bytes)}; ${sha256} is expected`);
    }
    return bytes;
  } finally {
    work.remove();
  }
}

/** A build system for pip under the name of the one that carriers ask for, which says name and version; its folder. */
function writeBuildSystem(folder: string, name: string, version: string): string {
  const information = `${name}-${version}.dist-info`;
  mkdirSync(join(folder, "setuptools"), { recursive: true });
  writeFileSync(join(folder, "setuptools", "__init__.py"), "");
  writeFileSync(
    join(folder, "setuptools", "build_meta.py"),
    `import os, sys

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    os.mkdir(os.path.join(folder, "${information}"))
    with open(os.path.join(folder, "${information}", "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: ${name}\\nVersion: ${version}\\n")
    return "${information}"

__legacy__ = sys.modules[__name__]
`,
  );
  return folder;
}

/** The regular files of a tar archive by name. Source: POSIX.1-2017, pax, "ustar Interchange Format". */
function untar(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const text = (from: number, length: number): string =>
    archive.toString("latin1", from, from + length).split("\0")[0]!;
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const type = text(at + 156, 1);
    if (type === "0" || type === "") files.set(text(at, 100), archive.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
