import type { Fit } from "../boards/index.js";
import type { Manifest } from "../package/manifest.js";
import { openModule } from "../package/open.js";
import { table } from "../table.js";
import { listSections } from "../wasm/sections.js";
import { tensorLines, variableLines } from "./build-report.js";
import { bytesText, shortName, thousands } from "./figures.js";
import { withFile } from "./files.js";
import { fitTable } from "./fit-table.js";
import type { Output } from "./output.js";

/** What `inspect` tells of a built model. */
export interface ModuleDescription {
  /** Its manifest; hashes of kernel libraries in hexadecimal. */
  manifest: Omit<Manifest, "kernels"> & { kernels: string[] };
  fileBytes: number;
  codeBytes: number;
  weightBytes: number;
  sections: { name: string; offset: number; bytes: number }[];
  /** How it fits each board. */
  fits: readonly Fit[];
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
      fits: await boardFits(bytes),
    };
  });
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
    "",
    ...steps,
    "",
    ...sections,
    "",
    ...fitTable(module.fits, form),
  ];
}
