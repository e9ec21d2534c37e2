import { dirname } from "node:path";
import { type Command, Option } from "commander";
import { WasmoteError } from "../errors.js";
import { readWholeFile } from "../files/read.js";
import type { SelfTest } from "../trust/self-test-section.js";
import type { SignedModule } from "../trust/sign.js";
import { refuseBoth, UsageError } from "./errors.js";
import { bytesText, thousands } from "./figures.js";
import { makeFolder, refuseOverwriting, withFile, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import { encryptedLines, encryptOption, readPrivateKeyFile, sealFor } from "./key-files.js";
import { type ModuleFile, openRunnerFor, readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

interface SignOptions {
  key: string;
  out: string;
  id?: string;
  version?: number;
  for?: string[];
  allowDowngrade?: boolean;
  confirmAfter?: number;
  selfTest?: string[] | boolean;
  encryptTo?: string[];
  json?: boolean;
}

/** In place of a file: inputs of our own. */
const random = "random";

const help = `
What is left out stays as it is in a file that is signed already; else the id is the model's name, the version 1, and it is for
all boards. A board that has confirmed a version takes none below, unless the file has the right to --allow-downgrade.
A file that is signed with another key and of which nothing else changes has both signatures then; else the older ones are left out.
The self-test is what a board runs before it believes a model: inputs, and what the model gives for them on wasm3. Without
--self-test, a model of up to 4,096 bytes of inputs and outputs gets one of pseudo-random inputs. Files are read as by
\`wasmote run\`, one for each input, in order.

Example: wasmote sign digits.wasm --key release.pem --version 2 --for rp2 -o digits-2.wasm`;

/** Adds the command `sign` to the program. */
export function registerSign(program: Command, output: Output): void {
  const command = program
    .command("sign")
    .description(
      "Sign a built model, so that boards which know the key take it, unchanged, and no older one.",
    )
    .argument("<model>", "a .wasm built by wasmote")
    .requiredOption("--key <file>", "the private key, .pem, of `wasmote keygen`")
    .requiredOption("-o, --out <file>", "the file to write; folders are made")
    .option("--id <name>", "which model it is, the same for all its versions: up to 64 bytes")
    .addOption(numberOption("--version <n>", "the model's version, higher for each that is released", 1))
    .option("--for <family...>", "boards that it is for: families such as rp2, or boards of `wasmote boards`")
    .option("--allow-downgrade", "let it replace a higher version")
    .addOption(
      numberOption(
        "--confirm-after <n>",
        "good runs that confirm it on a board; 0: the host alone does (default: 16)",
        0,
      ),
    )
    .option(
      "--self-test <file|random...>",
      "inputs of the self-test, .npy or others that `wasmote run` reads",
    )
    .option("--no-self-test", "leave the self-test out")
    .addOption(encryptOption())
    .option("--json", "print what was signed as JSON")
    .action((path: string, options: SignOptions) => sign(path, options, output));
  refuseBoth(command, "self-test", "no-self-test");
  addHelp(command, help);
}

const largest = 0xffffffff;

function numberOption(flags: string, description: string, least: number): Option {
  const [name] = flags.split(" ");
  return new Option(flags, description).argParser((text) => {
    const value = /^\d+$/.test(text) ? Number(text) : -1;
    if (value >= least && value <= largest) return value;
    throw new UsageError(
      `${name} ${text} is no number of a model`,
      `Give a whole number from ${least} to ${thousands(largest)}.`,
    );
  });
}

async function sign(path: string, options: SignOptions, output: Output): Promise<void> {
  const key = await readPrivateKeyFile(options.key, output);
  const file = await readModuleFile(path);
  const inputs = inputPaths(options);
  const recipients = options.encryptTo ?? [];
  await refuseOverwriting(
    [path, options.key, ...inputs, ...recipients],
    [options.out],
    "Give -o another name.",
  );
  await requireBoards(options.for ?? []);
  const { signModule } = await import("../trust/sign.js");
  const { selfTest, says } = await selfTestFor(path, file, options, output);
  const seal = await sealFor(options.encryptTo);
  const signed = await withFile(path, () =>
    signModule(file.wasm, key, {
      id: options.id,
      version: options.version,
      for: options.for,
      downgrade: options.allowDowngrade ? true : undefined,
      runs: options.confirmAfter,
      selfTest,
    }),
  );
  await makeFolder(dirname(options.out));
  const written = seal(signed.wasm);
  await writeFilesAtomically([{ path: options.out, bytes: written }]);
  output.talk(`wrote ${options.out}`);
  const { hexOf } = await import("../trust/keys.js");
  const { trustJson, trustLines } = await import("./trust-text.js");
  const id = hexOf(key.public.id);
  if (options.json) {
    const { kept, dropped, headBytes, addedBytes } = signed;
    output.json({
      file: options.out,
      key: id,
      ...trustJson(signed),
      selfTest: says,
      kept,
      dropped,
      headBytes,
      addedBytes,
      fileBytes: written.length,
      recipients: options.encryptTo?.length ?? 0,
    });
    return;
  }
  output.data([
    `signed by  key ${id}${othersText(signed)}`,
    ...trustLines(signed).map((line) => (line.startsWith("self-test") ? `self-test  ${says}` : line)),
    `file       ${bytesText(signed.wasm.length)}, ${thousands(signed.addedBytes)} of them for all this`,
    ...encryptedLines(options.encryptTo, written),
  ]);
}

function othersText({ kept, dropped }: SignedModule): string {
  const count = (number: number): string => `${number} ${number === 1 ? "signature" : "signatures"}`;
  return [
    kept > 0 ? `; ${count(kept)} of other keys stayed` : "",
    dropped > 0 ? `; ${count(dropped)} of other keys went, being of other bytes` : "",
  ].join("");
}

/** Files that a self-test's inputs are read from. */
function inputPaths({ selfTest }: SignOptions): string[] {
  return Array.isArray(selfTest) ? selfTest.filter((path) => path !== random) : [];
}

/** Throws `board-unknown` for what is neither a family nor a board: families are called as their ports' folders. */
async function requireBoards(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const { loadBoards } = await import("../boards/index.js");
  const { suggestion } = await import("../nearest.js");
  const boards = loadBoards();
  const families = [...new Set(boards.map(({ port }) => port.split("/")[0] as string))].sort();
  const known = [...families, ...boards.map(({ id }) => id)];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new WasmoteError(
    "board-unknown",
    `"${unknown}"${suggestion(unknown, known)}; the families are ${families.join(", ")}`,
    {},
    { help: "Name a family, or a board that `wasmote boards` lists." },
  );
}

/** The self-test that is signed, as `signModule` takes it, and what is said of it. */
interface ChosenSelfTest {
  selfTest: SelfTest | null | undefined;
  says: string;
}

async function selfTestFor(
  path: string,
  file: ModuleFile,
  { selfTest: asked }: SignOptions,
  output: Output,
): Promise<ChosenSelfTest> {
  if (asked === false) return { selfTest: null, says: "none, as told" };
  const { selfTestBytes } = await import("../trust/self-test-section.js");
  if (asked === undefined) {
    const { readTrust } = await import("../trust/read.js");
    const before = await withFile(path, () => readTrust(file.wasm));
    if (before !== undefined) {
      const bytes = before.selfTest === undefined ? undefined : selfTestBytes(before.selfTest);
      return {
        selfTest: undefined,
        says: bytes === undefined ? "none, as before" : `${thousands(bytes)} bytes, as before`,
      };
    }
    return unaskedSelfTest(file, output);
  }
  const paths = Array.isArray(asked) ? asked : [];
  if (paths.includes(random)) {
    if (paths.length > 1) throw new UsageError("--self-test random beside files", "Give one or the other.");
    const selfTest = await runSelfTest(file, undefined, output);
    return { selfTest, says: `${thousands(selfTestBytes(selfTest))} bytes, of pseudo-random inputs` };
  }
  const selfTest = await runSelfTest(file, await readInputs(file, paths), output);
  return {
    selfTest,
    says: `${thousands(selfTestBytes(selfTest))} bytes, with inputs of ${paths.join(", ")}`,
  };
}

/** Without `--self-test`: one of pseudo-random inputs where it is small and the model takes them. */
async function unaskedSelfTest(file: ModuleFile, output: Output): Promise<ChosenSelfTest> {
  const { selfTestSize, unaskedBytes } = await import("../trust/make-self-test.js");
  const size = selfTestSize(file.manifest);
  if (size > unaskedBytes) {
    const why = `its inputs and outputs are ${thousands(size)} bytes, more than ${thousands(unaskedBytes)}`;
    return { selfTest: null, says: `none: ${why}; --self-test adds one` };
  }
  try {
    const selfTest = await runSelfTest(file, undefined, output);
    return { selfTest, says: `${thousands(size)} bytes, of pseudo-random inputs` };
  } catch (error) {
    const failures = ["run-failed", "run-limit", "self-test-invalid"];
    if (!(error instanceof WasmoteError) || !failures.includes(error.code)) throw error;
    return {
      selfTest: null,
      says: `none: with pseudo-random inputs, ${error.detail}; --self-test takes others`,
    };
  }
}

async function readInputs({ manifest }: ModuleFile, paths: readonly string[]): Promise<Uint8Array[]> {
  if (paths.length !== manifest.inputs.length) {
    throw new WasmoteError(
      "input-count",
      `${paths.length} for the self-test of ${manifest.inputs.length}`,
      {},
      {
        help: "Give --self-test one file for each input of the model, in order, or random.",
      },
    );
  }
  const { readInput } = await import("../run/tensor-files/index.js");
  return Promise.all(
    paths.map((path, i) =>
      withFile(path, async () => {
        const { frames } = await readInput(readWholeFile(path), path, manifest.inputs[i]!, {});
        if (frames.length !== 1) {
          throw new WasmoteError("input-size", `${frames.length} samples; a self-test is one run`);
        }
        return frames[0]!;
      }),
    ),
  );
}

async function runSelfTest(
  file: ModuleFile,
  inputs: readonly Uint8Array[] | undefined,
  output: Output,
): Promise<SelfTest> {
  const { makeSelfTest, pseudoRandomInputs } = await import("../trust/make-self-test.js");
  const runner = await openRunnerFor("wasm3", file, {}, output);
  try {
    output.progress(`running ${file.manifest.name} for its self-test`);
    return await makeSelfTest(runner, file.manifest, inputs ?? pseudoRandomInputs(file.manifest));
  } finally {
    runner.close();
  }
}
