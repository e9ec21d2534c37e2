import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makePatch } from "../../../host/delta/index.js";
import { cBytes, trustVariables } from "../../../host/firmware/variables.js";
import {
  generateDeviceKeyPair,
  rawPrivateKey,
  readDevicePrivateKey,
  readDevicePublicKey,
  sealFile,
} from "../../../host/trust/seal/index.js";
import { signModule } from "../../../host/trust/sign.js";
import { bodies, makeModel, makeStatefulModel } from "../../boards/made-modules.js";
import { boardsFolder, type NativeProgram, withNativeProgram } from "../../boards/native/compile.js";
import { firmwareProgram } from "../../boards/native/library.js";
import { cryptographyOf, monocypherSources } from "../../boards/native/monocypher.js";
import { testKey } from "../../trust/keys.js";
import { findings, withInputFiles } from "./input-files.js";
import { runSlices } from "./run-slices.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const [first, second, foreign] = [testKey(1), testKey(2), testKey(3)];
const seedOfFirst = "01".repeat(32);

/** The firmware that trusts the first two keys, with a port and a flash of its own. */
function trustProgram(sources: string, deviceKey: string): NativeProgram {
  const { addressesOnly, folder, flags } = cryptographyOf(sources);
  const { WASMOTE_TRUST } = trustVariables({ keys: [first.public.bytes, second.public.bytes] }, sources);
  const own = ["trust.c", "cases.c", "damage.c", "requests.c"].map((file) => join(here, file));
  const firmware = firmwareProgram(
    own,
    [],
    [
      ...flags,
      `-I${here}`,
      `-DWASMOTE_TRUST=${WASMOTE_TRUST}`,
      ...["-DWASMOTE_SEALED", `-DWASMOTE_DEVICE_KEY_FILE="${deviceKey}"`],
      "-Wl,--wrap=smp_reset_afterwards,--wrap=ed25519_verify",
    ],
  );
  const trust = readdirSync(join(boardsFolder, "trust")).filter(
    (file) => file.endsWith(".c") && file !== "facts.c",
  );
  return {
    ...firmware,
    sources: [
      ...firmware.sources,
      ...trust.map((file) => join(boardsFolder, "trust", file)),
      join(boardsFolder, "ports", "no_random.c"),
      join(boardsFolder, "ports", "no_serial_number.c"),
    ],
    addressesOnly,
    folders: [...firmware.folders, folder],
  };
}

/** Files that trusted keys have signed for this board; ones that are older, or for others; and ones of nobody who is trusted. */
function signedFiles(): { fitting: Uint8Array[]; elsewhere: Uint8Array[]; untrusted: Uint8Array[] } {
  const model = makeModel("model", bodies.sum, { weightBytes: 600 });
  const changed = makeModel("model", bodies.sum, { weightBytes: 700 });
  const selfTest = {
    inputs: [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
    outputs: [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
  };
  const byFirst = signModule(changed, first, { version: 4, for: ["native"], selfTest }).wasm;
  return {
    fitting: [
      signModule(model, first, { version: 3 }).wasm,
      byFirst,
      signModule(byFirst, second).wasm,
      signModule(makeStatefulModel("other"), second, { version: 1, runs: 0 }).wasm,
    ],
    elsewhere: [
      signModule(changed, first, { version: 2 }).wasm,
      signModule(changed, second, { version: 9, for: ["nowhere"] }).wasm,
    ],
    untrusted: [signModule(changed, foreign, { version: 9 }).wasm, changed],
  };
}

const deviceKeys = generateDeviceKeyPair();

/** Patches to a model, and files sealed to the board: of what is signed for it, of what is not, and of zeros. */
function updatesOf(installed: Uint8Array, files: readonly Uint8Array[]): Uint8Array[] {
  const seal = (bytes: Uint8Array): Uint8Array =>
    sealFile(bytes, [readDevicePublicKey(deviceKeys.publicKey)]);
  const changed = Array.from({ length: 24 }, (_, i) => {
    const bytes = Uint8Array.from(files[i % 4] as Uint8Array);
    const at = Math.imul(i + 1, 0x9e3779b1) >>> 0;
    bytes[i < 12 ? at % 400 : at % bytes.length]! ^= 1 << (i % 8);
    return bytes;
  });
  const zeros = new Uint8Array(installed.length);
  const patches = [...files.slice(1), ...changed.slice(0, 8)].map((bytes) => makePatch(installed, bytes));
  return [...patches, ...[...files, ...changed, zeros, ...patches].map(seal)];
}

/** Changed signed files, updates, and changed packets and messages, against firmware that trusts two keys: a third of the cases each. */
export const trust = {
  name: "trust",

  /**
   * @param options.first case 3 i is the file i, case 3 i + 1 the update i, case 3 i + 2 the packets i
   * @throws at a finding, with its case and what the sanitizer said; its input is saved in out/fuzz
   */
  async run(options: {
    cases: number;
    seed: number;
    first?: number;
    log(line: string): void;
  }): Promise<void> {
    const { cases, seed, first: firstCase = 0, log } = options;
    const sources = monocypherSources();
    if (sources === undefined) return;
    const { fitting, elsewhere, untrusted } = signedFiles();
    const models = [...fitting, ...elsewhere, ...untrusted];
    const updates = updatesOf(models[0] as Uint8Array, models);
    const secret = cBytes(rawPrivateKey(readDevicePrivateKey(deviceKeys.privateKey)));
    withInputFiles([secret, ...models, ...updates], ([secretFile, ...files]) =>
      withNativeProgram(trustProgram(sources, secretFile as string), (file) => {
        const known = [seedOfFirst, fitting.length, elsewhere.length, models.length];
        runSlices(file, {
          ...{ kinds: ["files", "updates", "packets"], first: firstCase, cases, log },
          args: (kind, from, until) => [kind, from, until, seed, findings, ...known, ...files],
        });
      }),
    );
  },
};
