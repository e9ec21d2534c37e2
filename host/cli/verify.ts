import type { Command } from "commander";
import { readWholeFile } from "../files/read.js";
import type { VerifiedModule } from "../trust/verify.js";
import { withFile } from "./files.js";
import { addHelp } from "./help.js";
import { type PublicKeyFile, readPublicKeyFiles } from "./key-files.js";
import type { Output } from "./output.js";

interface VerifyOptions {
  key: string[];
  json?: boolean;
}

const help = `
The file holds if at least one of the keys signed it, all of its bytes. It may be any WebAssembly module, signed by wasmote or by
wasmsign2. Exit code 1 where it does not hold; the error says whether it is not signed, signed by others, or changed.

Example: wasmote verify signed.wasm --key release.pub`;

/** Adds the command `verify` to the program. */
export function registerVerify(program: Command, output: Output): void {
  const command = program
    .command("verify")
    .description("Check that a file was signed by a key, and not changed since.")
    .argument("<file>", "a .wasm that was signed")
    .requiredOption("--key <file...>", "public keys that are trusted, .pub")
    .option("--json", "print what the file says as JSON")
    .action((path: string, options: VerifyOptions) => verify(path, options, output));
  addHelp(command, help);
}

async function verify(path: string, options: VerifyOptions, output: Output): Promise<void> {
  const keys = await readPublicKeyFiles(options.key);
  const { verifyModule } = await import("../trust/verify.js");
  const found = await withFile(path, () =>
    verifyModule(
      readWholeFile(path),
      keys.map(({ key }) => key),
    ),
  );
  const { hexOf } = await import("../trust/keys.js");
  const { trustJson } = await import("./trust-text.js");
  if (options.json) {
    output.json({
      file: path,
      keys: keys.map(({ file, key }) => ({ file, id: hexOf(key.id), signed: found.keys.includes(key) })),
      others: found.others,
      headSigned: found.headSigned,
      trust: found.trust === undefined ? null : trustJson(found.trust),
    });
    return;
  }
  output.data(await verifiedText(path, keys, found));
}

async function verifiedText(
  path: string,
  keys: readonly PublicKeyFile[],
  { keys: signers, others, trust, headSigned }: VerifiedModule,
): Promise<string[]> {
  const { hexOf } = await import("../trust/keys.js");
  const { trustLines } = await import("./trust-text.js");
  const ofKey = ({ file, key }: PublicKeyFile): string =>
    `${signers.includes(key) ? "signed by" : "not signed by"}  key ${hexOf(key.id)}  ${file}`;
  return [
    `${path} holds`,
    ...keys.map(ofKey),
    ...others.map((id) => `not checked  key ${id}, which was not given`),
    ...(trust === undefined
      ? ["it says nothing of itself: boards that know keys refuse it"]
      : trustLines(trust)),
    ...(trust !== undefined && !headSigned
      ? ["its head is not signed by itself: boards refuse it; sign it with `wasmote sign`"]
      : []),
  ];
}
