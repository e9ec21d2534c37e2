import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { type Command, Option } from "commander";
import { fileKind } from "../files/kinds.js";
import { readWholeFile } from "../files/read.js";
import type { Deployment } from "../run/board.js";
import { lineOptions, requireLine, trustText, withBoard } from "./board-line.js";
import { uploadProgress } from "./board-runner.js";
import { ofNoUse, refuseBoth, UsageError } from "./errors.js";
import { bytesText, percent, thousands } from "./figures.js";
import { makeFolder, refuseOverwriting, withFile, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import { readPrivateKeyFile } from "./key-files.js";
import { type ModuleFile, readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";
import { keepPushed, pushedModel } from "./pushed-models.js";

interface PushOptions {
  on?: string;
  port?: string;
  key?: string;
  trial?: boolean;
  data?: string[];
  out?: string;
  /** A file, or false for whole models only. */
  delta?: string | boolean;
  json?: boolean;
}

const help = `
A push that was interrupted goes on where it stopped. Until the model is complete and checked, the board's old model
answers. The new one is tried: where it fails its self-test or, without one, a first run, the old one is active again. With
--trial it stays on trial, until its own good runs confirm it (\`sign --confirm-after\`); a trap, a limit or a restart ends that.
Where the board has a model that was pushed from this machine before, or that is named by --delta, only what differs from it is sent.
An encrypted model cannot be looked into here, and is sent whole.
--data replaces reference data of an application in what is sent: a baseline or examples by a .npy of rows of features, levels of a
decision by a .json, {"yes": 0.9}. \`wasmote inspect\` lists what there is. A signed file is signed anew with --key, without its self-test, which
was of the old data.`;

/** Adds the command `push` to the program. */
export function registerPush(program: Command, output: Output): void {
  const command = program
    .command("push")
    .description("Send a model to a board that runs wasmote's firmware, and make it the active one.")
    .argument(
      "<model>",
      "a .wasm built by wasmote, a patch of `wasmote diff`, or an encrypted one of `wasmote sign`",
    );
  for (const option of lineOptions()) command.addOption(option);
  command
    .option("--key <file>", "the private key, .pem, that a board which runs signed models only trusts")
    .option(
      "--delta <old>",
      "a .wasm that may be the board's active model, to send only what differs from it",
    )
    .option("--no-delta", "send the whole model")
    .addOption(
      new Option(
        "--data <name=file...>",
        "reference data of the application, in place of what it was built with",
      ),
    )
    .option("-o, --out <file>", "write the model with its new data, too; folders are made")
    .option("--trial", "leave the model on trial")
    .option("--json", "print what the board says afterwards as JSON")
    .action((model: string, options: PushOptions) => push(model, options, output));
  refuseBoth(command, "delta", "no-delta");
  addHelp(command, help);
}

async function push(path: string, options: PushOptions, output: Output): Promise<void> {
  requireLine(options);
  const key = await readPrivateKeyFile(options.key, output);
  const update = readUpdate(path);
  if (update !== undefined && options.delta !== undefined)
    throw ofNoUse(options.delta === false ? "--no-delta" : "--delta", `${path} is sent as it is`);
  if (update !== undefined && options.data !== undefined) throw ofNoUse("--data", `${path} is sent as it is`);
  if (options.out !== undefined && options.data === undefined)
    throw ofNoUse("--out", "without --data the model is sent as it is");
  const given = update === undefined ? await readModuleFile(path) : undefined;
  const file =
    given === undefined || options.data === undefined
      ? given
      : await withOtherData(path, given, options.data, options, output);
  const how = {
    key,
    trial: options.trial,
    known: await knownModels(options),
    onUpload: uploadProgress(output),
  };
  if (file !== undefined) await requireRoom(file, options);
  const { deployModel, deployUpdate } = await import("../run/board.js");
  await withBoard(options, output, async (device) => {
    const deployment =
      file === undefined
        ? await deployUpdate(device, update as Uint8Array, how)
        : await deployModel(device, file.wasm, file, how);
    if (file !== undefined) keepPushed(file.wasm);
    const [status, trust] = [await device.status(), await device.trust()];
    const onTrial = trust.trial ? `, on trial: ${trialText(trust.runs)}` : "";
    output.talk(
      `${file?.manifest.name ?? status.model} is active on ${status.board} (${device.name})${onTrial}`,
    );
    output.talk(trustText(trust));
    const { sentBytes, isPatch } = deployment;
    const fileBytes = file?.wasm.length ?? status.file ?? 0;
    if (options.json)
      output.json({ ...status, signed: trust.signed, trial: trust.trial, sentBytes, patch: isPatch });
    else
      output.data([
        `RAM    ${bytesText(status.memory)} linear memory, ${bytesText(status.used)} firmware and engine`,
        `flash  ${thousands(fileBytes)} of a slot's ${bytesText(status.flash)}`,
        `sent   ${sentText(deployment, fileBytes)}`,
      ]);
  });
}

/** The model with other reference data: signed anew where it was signed. */
async function withOtherData(
  path: string,
  file: ModuleFile,
  data: readonly string[],
  { key: keyPath, out }: PushOptions,
  output: Output,
): Promise<ModuleFile> {
  const { replaceData } = await import("../app/reference-data.js");
  const { readTrust } = await import("../trust/read.js");
  const read = [path];
  let { wasm } = file;
  for (const each of data) {
    const [, name, source] = /^([^=]+)=(.+)$/.exec(each) ?? [];
    if (name === undefined || source === undefined)
      throw new UsageError(`--data ${each} is no NAME=FILE`, "`wasmote inspect` lists the names.");
    read.push(source);
    wasm = await withFile(source, () => replaceData(wasm, name, readWholeFile(source)));
  }
  if ((await withFile(path, () => readTrust(file.wasm))) !== undefined) {
    const { signModule } = await import("../trust/sign.js");
    const key = await readPrivateKeyFile(keyPath, output);
    if (key === undefined)
      throw new UsageError(`${path} is signed, and not of other data`, "Give --key KEY.pem to sign it anew.");
    wasm = signModule(wasm, key, { selfTest: null }).wasm;
  }
  if (out !== undefined) {
    await refuseOverwriting(read, [out], "Give -o another name.");
    await makeFolder(dirname(out));
    await writeFilesAtomically([{ path: out, bytes: wasm }]);
    output.talk(`wrote ${out}`);
  }
  const { openModule } = await import("../package/open.js");
  return { wasm, ...openModule(wasm) };
}

/** Throws `board-too-small`, `board-floats` and others where the board that `--on` names cannot have the model. */
async function requireRoom(file: ModuleFile, { on }: PushOptions): Promise<void> {
  const { namedBoard } = await import("../device/connect.js");
  const { requireFit } = await import("../boards/index.js");
  const { predictFit } = await import("../needs/index.js");
  const board = namedBoard(on);
  if (board !== undefined) requireFit(await predictFit(file.wasm, file, board));
}

/** A patch or an encrypted file, which are sent as they are; undefined for what is neither. */
function readUpdate(path: string): Uint8Array | undefined {
  const bytes = readWholeFile(path);
  const kind = fileKind(bytes);
  return kind === "patch" || kind === "sealed" ? bytes : undefined;
}

/** What is known of models that the board may have. */
async function knownModels({
  delta,
}: PushOptions): Promise<((hash: Uint8Array) => Uint8Array | undefined) | undefined> {
  if (delta === false) return undefined;
  const given = typeof delta === "string" ? (await readModuleFile(delta)).wasm : undefined;
  const hash = given && createHash("sha256").update(given).digest();
  return (wanted) => (hash?.equals(wanted) ? given : pushedModel(wanted));
}

/** What a push took, and what a patch saved. */
function sentText({ sentBytes, isPatch }: Deployment, fileBytes: number): string {
  if (sentBytes === 0) return "nothing: the board had the model";
  const sent = bytesText(sentBytes);
  return isPatch
    ? `${sent} as a patch, ${percent(sentBytes, fileBytes)} of the model: ${thousands(Math.max(fileBytes - sentBytes, 0))} saved`
    : sent;
}

/** What confirms a model that is on trial. */
function trialText(runs: number): string {
  return runs === 0
    ? "only a host confirms it"
    : `${runs} more good ${runs === 1 ? "run confirms" : "runs confirm"} it`;
}
