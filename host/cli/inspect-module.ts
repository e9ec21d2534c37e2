import type { Fit } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { type AppSection, appOf } from "../package/app.js";
import type { Manifest } from "../package/manifest.js";
import { openModule } from "../package/open.js";
import { table } from "../table.js";
import { hexOf } from "../trust/keys.js";
import { layoutOf } from "../trust/layout.js";
import { readTrust, type TrustOfFile } from "../trust/read.js";
import { decodeSignatures } from "../trust/signature-section.js";
import { listSections } from "../wasm/sections.js";
import { appLines } from "./build-app.js";
import { tensorLines, variableLines } from "./build-report.js";
import { bytesText, shortName, thousands } from "./figures.js";
import { withFile } from "./files.js";
import { fitTable } from "./fit-table.js";
import type { Output } from "./output.js";
import { trustJson, trustLines } from "./trust-text.js";

/** What `inspect` tells of a built model. */
export interface ModuleDescription {
  /** Its manifest; hashes of kernel libraries in hexadecimal. */
  manifest: Omit<Manifest, "kernels"> & { kernels: string[] };
  fileBytes: number;
  codeBytes: number;
  weightBytes: number;
  sections: { name: string; offset: number; bytes: number }[];
  /** Who signed it, and what it then says of itself: nothing of it verified. Null where it is not signed. */
  signed: SignedDescription | null;
  /** What an application says to a board; not there where the model is none, or what it says cannot be read. */
  app?: AppSection;
  /** How it fits each board. */
  fits: readonly Fit[];
}

/** What an application's file says. What is wrong with it stops nobody from looking at the rest. */
function describeApp(wasm: Uint8Array): { app?: AppSection } {
  try {
    const app = appOf(wasm);
    return app === undefined ? {} : { app };
  } catch (error) {
    if (error instanceof WasmoteError) return {};
    throw error;
  }
}

/** What a signed file says, or why that cannot be read. */
interface SignedDescription {
  /** Ids of the keys. */
  keys: string[];
  trust: TrustOfFile | undefined;
  error?: string;
}

/** What is in a file's sections of trust. What is wrong with them stops nobody from looking at the rest. */
function describeSigned(wasm: Uint8Array): SignedDescription | null {
  try {
    const { signature } = layoutOf(wasm);
    const trust = readTrust(wasm);
    if (signature === undefined && trust === undefined) return null;
    const signatures = signature === undefined ? [] : decodeSignatures(signature);
    const ids = signatures.flatMap((set) => set.signatures.map(({ keyId }) => keyId));
    return { keys: ids.map((id) => (id === undefined ? "without an id" : hexOf(id))), trust };
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    return { keys: [], trust: undefined, error: error.detail };
  }
}

function signedLines({ keys, trust, error }: SignedDescription): string[] {
  if (error !== undefined) return [`signed  ${error}`];
  const by =
    keys.length === 0 ? "by nobody" : `by key ${keys.join(", key ")}; \`wasmote verify\` checks that`;
  return [`signed  ${by}`, ...(trust === undefined ? [] : trustLines(trust).map((line) => `  ${line}`))];
}

/** Opens and describes a `.wasm` built by wasmote. Throws `module-*`. */
export async function describeModule(path: string, bytes: Uint8Array): Promise<ModuleDescription> {
  return withFile(path, async () => {
    const { manifest, weights, codeBytes } = openModule(bytes);
    const { boardFits } = await import("./board-fit.js");
    return {
      manifest: {
        ...manifest,
        kernels: (manifest.kernels ?? []).map((hash) => Buffer.from(hash).toString("hex")),
      },
      fileBytes: bytes.length,
      codeBytes,
      weightBytes: weights.length,
      sections: listSections(bytes).map(({ name, offset, bytes: contents }) => ({
        name,
        offset,
        bytes: contents.length,
      })),
      signed: describeSigned(bytes),
      ...describeApp(bytes),
      fits: await boardFits(bytes),
    };
  });
}

/** The description for JSON: bytes of a self-test are counted. */
export function moduleJson({ signed, ...module }: ModuleDescription): object {
  if (signed === null) return { ...module, signed };
  const { keys, trust, error } = signed;
  return { ...module, signed: { keys, error, trust: trust === undefined ? null : trustJson(trust) } };
}

/** The description as lines for people. */
export function moduleText(module: ModuleDescription, { styles, width }: Output): string[] {
  const form = { width, heading: styles.dim };
  const { manifest } = module;
  const macs = manifest.steps.reduce((sum, step) => sum + step.macs, 0);
  const steps = table(
    [
      { heading: "step", align: "right" },
      { heading: "name", align: "left" },
      { heading: "operator", align: "left" },
      { heading: "MACs", align: "right" },
      { heading: "weight bytes", align: "right" },
    ],
    manifest.steps.map((step, i) => [
      String(i),
      shortName(step.name),
      shortName(step.operator),
      thousands(step.macs),
      thousands(step.weightBytes),
    ]),
    form,
  );
  const sections = table(
    [
      { heading: "section", align: "left" },
      { heading: "offset", align: "right" },
      { heading: "bytes", align: "right" },
    ],
    module.sections.map((section) => [
      shortName(section.name),
      thousands(section.offset),
      thousands(section.bytes),
    ]),
    form,
  );
  return [
    `${styles.bold(manifest.name)}  built model, format ${manifest.version}, ${thousands(macs)} MACs`,
    ...tensorLines("input", manifest.inputs),
    ...tensorLines("output", manifest.outputs),
    ...variableLines(manifest.variables),
    `memory  ${bytesText(manifest.memoryBytes)} of linear memory`,
    `file    ${bytesText(module.fileBytes)}: code ${thousands(module.codeBytes)}, weights ${thousands(module.weightBytes)}`,
    `kernels ${manifest.kernels.map((hash) => hash.slice(0, 16)).join(", ") || "compiled for this model"}`,
    `imports ${[...manifest.imports.required, ...manifest.imports.optional.map((name) => `${name} (optional)`)].join(", ") || "none"}`,
    ...(module.signed === null ? [] : signedLines(module.signed)),
    ...(module.app === undefined ? [] : appLines(module.app)),
    "",
    ...steps,
    "",
    ...sections,
    "",
    ...fitTable(module.fits, form),
  ];
}
