import { readmeText } from "../readme.js";
import type { Ecosystem, Exported, ExportedFiles } from "../types.js";
import { exampleName, libraryName, libraryVersion, paragraph, sentence } from "./about.js";
import { type LaidOut, layOut } from "./layout.js";
import { libraryOptionsAmongOthers, optionsAmongOthers, type Processor, processors } from "./options.js";
import { sketch } from "./sketch.js";

/** Those of Cortex-M4 and M7, which are the same to a compiler. */
const armv7em = [
  ...["mbed", "mbed_edge", "mbed_giga", "mbed_nano", "mbed_nicla", "mbed_opta", "mbed_portenta", "nrf52"],
  ...["renesas", "renesas_uno", "samd", "stm32", "teensy", "zephyr"],
];

/** Architectures, as the platforms of Arduino's boards name them, that have boards with a core. */
const architectures: Readonly<Record<string, readonly string[]>> = {
  "cortex-m0plus": ["mbed", "mbed_rp2040", "rp2040", "samd", "stm32", "zephyr"],
  "cortex-m3": ["sam", "stm32"],
  "cortex-m4": armv7em,
  "cortex-m7": armv7em,
  "cortex-m33": ["renesas_portenta", "rp2040", "stm32", "zephyr"],
  "cortex-m55": ["alif", "stm32", "zephyr"],
  rv32imc: ["esp32"],
  rv32imac: ["esp32"],
};

/** The project's page that is known; whoever publishes the folder puts theirs in its place. */
const url = "https://github.com/wasm3/wasm3";

/**
 * A library in Arduino's format 1.5, revision 2.2: all of its sources below src/, which alone the compiler is told of. There
 * are no options of a library's own, so that each source sets them itself.
 *
 * Source: Arduino CLI documentation, "Library specification".
 */
export const arduino: Ecosystem = {
  name: "arduino",
  cores: Object.keys(architectures),
  files(of) {
    const laidOut = layOut(of, { headers: "src", sources: "src" });
    return {
      ...laidOut.files,
      ...withOptions(laidOut),
      "library.properties": properties(of, laidOut.headers),
      "keywords.txt": keywords(of),
      [`examples/${exampleName}/${exampleName}.ino`]: sketch(of),
      "README.md": readmeText(of, howToBuild),
    };
  },
};

function properties(of: Exported, headers: readonly string[]): string {
  const fields = {
    name: libraryName,
    version: libraryVersion(of),
    author: "wasmote",
    maintainer: "wasmote",
    sentence: sentence(of),
    paragraph: paragraph(of),
    category: "Data Processing",
    url,
    architectures: (architectures[of.core] ?? ["*"]).join(","),
    includes: headers.join(","),
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** Words that the editor colours, with tabs between them and what they are. */
function keywords(of: Exported): string {
  const header = of.library["runtime/wasmote.h"];
  const text = typeof header === "string" ? header : "";
  const found = (pattern: RegExp): string[] => [
    ...new Set([...text.matchAll(pattern)].map(([, word]) => word as string)),
  ];
  const kinds: [string, string[]][] = [
    ["KEYWORD1", found(/\btypedef (?:struct|enum) (wasmote\w*)/g)],
    ["KEYWORD2", found(/^[a-z][\w *]*\b(wasmote_\w+)\(/gm)],
    ["LITERAL1", found(/\b(WASMOTE_[A-Z]\w*)\b(?=[, ]|$)/gm).filter((word) => word !== "WASMOTE_H")],
  ];
  return kinds.flatMap(([kind, words]) => words.map((word) => `${word}\t${kind}\n`)).join("");
}

/** The sources that are compiled, each with its options at its top. */
function withOptions({ files, compiled }: LaidOut): ExportedFiles {
  return Object.fromEntries(
    compiled.map(({ path, from }) => [path, `${optionsAsPragmas(from)}${String(files[path])}`]),
  );
}

/** Options that can be set by pragmas, as GCC's manual says under "Function Specific Option Pragmas". */
function optionsAsPragmas(from: string): string {
  const { always, on } = optionsAmongOthers(from);
  const lines = [
    "/* What the library's other builds give the compiler as options. */",
    "#if defined(__clang__)",
    "#pragma STDC FP_CONTRACT OFF",
    "#elif defined(__GNUC__)",
    ...pragma([...libraryOptionsAmongOthers, ...always]),
    ...Object.entries(on).flatMap(([processor, options]) => [
      `#if ${processors[processor as Processor]}`,
      ...pragma(options),
      "#endif",
    ]),
    "#endif",
    "",
  ];
  return `${lines.join("\n")}\n`;
}

/** -O2 is "O2", -fno-x is "no-x"; others have no pragma. */
function pragma(options: readonly string[]): string[] {
  const known = options
    .filter((option) => !/^-w$|^-D|^-fno-lto$|^-fno-stack-protector$|^-fcall-used-/.test(option))
    .map((option) => `"${option.replace(/^-f?/, "")}"`);
  return known.length === 0 ? [] : [`#pragma GCC optimize(${known.join(", ")})`];
}

const howToBuild = `Copy this folder to \`libraries\` in your sketchbook, or pack it and take "Sketch > Include Library > Add .ZIP Library". Then open
"File > Examples > ${libraryName} > ${exampleName}". A sketch can have one export: what it runs, export together.

Where the core offers link-time optimization, leave it off: wasm3's operations keep variables in fixed registers.
\`library.properties\` names wasm3's page as the library's; put your own there before you publish it.`;
