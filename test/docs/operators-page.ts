import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { accelerators } from "../../host/abi/accelerators.js";
import { layerClassNames } from "../../host/import/keras/layers/index.js";
import { controlFlow as onnxFlow } from "../../host/import/onnx/control-flow.js";
import { onnxMappings } from "../../host/import/onnx/operators/index.js";
import { controlFlow as graphModelFlow } from "../../host/import/tfjs/graph-model/control-flow.js";
import { tensorflowMappings } from "../../host/import/tfjs/graph-model/operators/index.js";
import { controlFlow } from "../../host/import/tflite/control-flow.js";
import { tfliteMappings } from "../../host/import/tflite/operators/index.js";
import { loweringOf } from "../../host/lower/index.js";
import type { UnaryKind } from "../../host/ops/elementwise/unary.js";
import { operators } from "../../host/ops/index.js";
import type { Operator } from "../../host/ops/operator.js";
import { type Exported, exportsBelow, filesBelow, reached, root, sentenceOf } from "./sources.js";

/** Dtypes in the order in which tables list them. */
const dtypeOrder = ["int8", "uint8", "int16", "int32", "int64", "uint32", "uint64", "float32", "bool"];

function dtypesOf(operator: string): readonly string[] | undefined {
  const { dtypes } = loweringOf(operator);
  return dtypes && dtypeOrder.filter((dtype) => (dtypes as readonly string[]).includes(dtype));
}

/** Files of kernels by the names that they export. */
const kernelFiles = new Map(
  filesBelow("assembly/kernels").flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^export function (\w+)\(parameters/gm)].map(
      ([, name]): [string, string] => [name as string, file.slice(root.length + 1)],
    ),
  ),
);

/** What may follow a kernel's stem: variants, and the types that it works on. */
const suffix =
  /^(EitherWay|Broadcast|Wide|Constant|Any|3x3)*(To|Int(8|16|32|64)|Uint(8|32|64)|Float32|Bool|8|16|32|64|Long)*$/;

/** Files of the kernels that have one of these names or stems. */
function filesOf(stems: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const stem of stems)
    for (const [kernel, file] of kernelFiles)
      if (kernel.startsWith(stem) && suffix.test(kernel.slice(stem.length))) found.add(file);
  return [...found].sort();
}

/** Stems of the kernels of a function of one element, which are chosen by its kind. */
function unaryStems({ name, dtypes, lines }: UnaryKind): string[] {
  if (dtypes?.includes("bool")) return [name];
  return ["lookupTable", "absFloat32", lines === undefined ? "interpolateInt16" : "rescale"];
}

interface Row {
  readonly operator: Operator;
  readonly exported: Exported;
  readonly kernels: readonly string[];
  readonly accelerators: readonly string[];
}

function rowOf(operator: Operator, meanings: readonly Exported[], lowerings: readonly Exported[]): Row {
  const { name } = operator;
  const exported = meanings.find(({ value }) => value === operator) as Exported;
  const { kind } = operator as { kind?: UnaryKind };
  const lowering = loweringOf(name);
  const own = lowerings.find(({ value }) => value === lowering);
  const list = lowerings.find(({ value }) => Array.isArray(value) && value.includes(lowering));
  const text = reached((own ?? list) as Exported, "host/lower", own === undefined ? name : undefined);
  const literals = [...text.matchAll(/"(\w+)"|`(\w+)\$\{/g)].map(
    ([, plain, start]) => (plain ?? start) as string,
  );
  const kernels = filesOf(kind === undefined ? [name, ...literals] : unaryStems(kind));
  const natives =
    kind === undefined ? [...text.matchAll(/\baccelerators\.(\w+)/g)].map(([, key]) => key as string) : [];
  return {
    operator,
    exported,
    kernels,
    accelerators: [...new Set(natives)].map((key) => accelerators[key as keyof typeof accelerators].import),
  };
}

const link = (path: string): string => `[${basename(path)}](../${path})`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");

/** Core operators, a table for each family. */
async function corePart(): Promise<string> {
  const meanings = await exportsBelow("host/ops");
  const lowerings = await exportsBelow("host/lower");
  const rows = operators.map((operator) => rowOf(operator as unknown as Operator, meanings, lowerings));
  const families = [...new Set(rows.map(({ exported }) => basename(dirname(exported.path))))];
  return families
    .map((family) => {
      const own = rows.filter(({ exported }) => basename(dirname(exported.path)) === family);
      const cells = own.map(({ operator: { name }, exported, kernels, accelerators }) => [
        `[\`${name}\`](../${exported.path})`,
        sentenceOf(exported).replaceAll("|", "\\|"),
        dtypesOf(name)?.join(", ") ?? "any",
        kernels.map(link).join(", "),
        accelerators.map((name) => `\`${name}\``).join(", "),
      ]);
      return `### ${family}\n\n${table(["operator", "what it gives", "dtypes", "kernels", "accelerators"], cells)}`;
    })
    .join("\n");
}

/** Dtypes of what a file's operator becomes, but for operators that take any. */
function dtypesOfAll(names: readonly string[]): string {
  const typed = names.flatMap((name) => {
    const dtypes = dtypesOf(name);
    return dtypes === undefined ? [] : [{ name, dtypes }];
  });
  if (typed.length === 0) return "any";
  if (typed.length === 1) return (typed[0] as { dtypes: readonly string[] }).dtypes.join(", ");
  return typed.map(({ name, dtypes }) => `\`${name}\`: ${dtypes.join(", ")}`).join("; ");
}

const resolved = "resolved when the model is read";

function tflitePart(): string {
  const mapped = tfliteMappings().map(({ builtin, maxVersion, becomes = [] }) => [
    builtin.replace("CUSTOM:", ""),
    builtin.startsWith("CUSTOM:") ? "custom" : `${maxVersion}`,
    becomes.map((name) => `\`${name}\``).join(", "),
    dtypesOfAll(becomes),
  ]);
  const flow = [...controlFlow.keys()].map((name) => [name, "1", resolved, "any"]);
  return table(
    ["TFLite operator", "highest version", "becomes", "dtypes"],
    [...mapped, ...flow].sort(byCells),
  );
}

/** What an operator becomes; nothing where none that follows from constants and shapes alone is left of it. */
const listOfCore = (becomes: readonly string[]): string =>
  becomes.length === 0 ? resolved : becomes.map((name) => `\`${name}\``).join(", ");

/** Compares by the first cell, then by the second. */
function byCells([a = "", b = ""]: readonly string[], [c = "", d = ""]: readonly string[]): number {
  return a === c ? (b < d ? -1 : 1) : a < c ? -1 : 1;
}

function onnxPart(): string {
  const mapped = onnxMappings.map(({ operator, domain = "ai.onnx", becomes }) => [
    operator,
    domain,
    listOfCore(becomes),
  ]);
  const flow = [...onnxFlow.keys()].map((name) => [name, "ai.onnx", resolved]);
  return table(["ONNX operator", "domain", "becomes"], [...mapped, ...flow].sort(byCells));
}

function kerasPart(): string {
  const names = layerClassNames().sort();
  const listed = (prefix: string) =>
    names
      .filter((name) => name.startsWith(prefix) && (prefix !== "" || !/^(ops|tf)\./.test(name)))
      .map((name) => `\`${name.slice(prefix.length)}\``)
      .join(", ");
  return `${listed("")}.

Functions of \`keras.ops\` on the tensors of a model of Keras 3: ${listed("ops.")}.

Functions of \`tf\` on the tensors of a model of Keras 2: ${listed("tf.")}.
`;
}

function tensorflowPart(): string {
  const mapped = tensorflowMappings.map(({ operator, becomes }) => [operator, listOfCore(becomes)]);
  const flow = [...graphModelFlow.keys()].map((name) => [name, resolved]);
  return table(["TensorFlow operator", "becomes"], [...mapped, ...flow].sort(byCells));
}

/** The part of docs/operators.md that is generated. */
export async function operatorsPage(): Promise<string> {
  return `## Core operators

${await corePart()}
## TFLite operators

${tflitePart()}
## ONNX operators

${onnxPart()}
## Keras and TensorFlow.js layers

${kerasPart()}
## TensorFlow.js graph models

${tensorflowPart()}`;
}
