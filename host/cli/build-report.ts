import { type DType, describeType, interfaceType } from "../graph/tensor.js";
import type { ManifestTensor } from "../package/manifest.js";
import type { BuiltModel } from "../pipeline.js";
import { table } from "../table.js";
import { bytesText, namesText, thousands } from "./figures.js";
import type { Output } from "./output.js";

/** What `build --json` prints. */
export function buildJson(built: BuiltModel, out: string): object {
  const { manifest, plan } = built;
  const { stateBytes, rowBytes } = besideArena(built);
  return {
    file: out,
    model: manifest.name,
    inputs: manifest.inputs,
    outputs: manifest.outputs,
    variables: manifest.variables ?? [],
    steps: manifest.steps,
    memory: {
      linearBytes: manifest.memoryBytes,
      arenaBytes: plan.arenaBytes,
      stateBytes,
      rowBytes,
      boundBytes: plan.boundBytes,
      boundStep: plan.boundStep,
    },
    fileBytes: built.wasm.length,
    codeBytes: built.codeBytes,
    weightBytes: built.weightBytes,
  };
}

/** What is in linear memory besides the arena: what runs keep, and the row of a step that `run` reads, with what aligns both. */
function besideArena({ manifest, plan }: BuiltModel): { stateBytes: number; rowBytes: number } {
  const stateBytes = plan.variables.reduce((sum, { bytes }) => sum + bytes, 0);
  return { stateBytes, rowBytes: manifest.memoryBytes - plan.arenaBytes - stateBytes };
}

/** "RAM: the arena of 4,896, a step's aligned row of 16; no arena is less than 4,896": parts that add up to the whole. */
function memoryText(built: BuiltModel): string {
  const { plan, program } = built;
  const { stateBytes, rowBytes } = besideArena(built);
  const parts = [
    `the arena of ${thousands(plan.arenaBytes)}`,
    ...(stateBytes === 0 ? [] : [`state of ${thousands(stateBytes)}`]),
    ...(rowBytes === 0
      ? []
      : [`${program.table === undefined ? "alignment" : "a step's aligned row"} of ${thousands(rowBytes)}`]),
  ];
  return `RAM: ${parts.join(", ")}; no arena is less than ${thousands(plan.boundBytes)}`;
}

/** What `build` prints: inputs and outputs, the memory map, and every size. */
export async function buildText(built: BuiltModel, { styles, width }: Output): Promise<string[]> {
  const { printPlan } = await import("../plan/print.js");
  const { manifest, plan } = built;
  const macs = manifest.steps.reduce((sum, step) => sum + step.macs, 0);
  const sizes = [
    ["linear memory", bytesText(manifest.memoryBytes), memoryText(built)],
    ["code", bytesText(built.codeBytes), ""],
    ["weights", bytesText(built.weightBytes), "read in place from flash"],
    [
      "manifest",
      bytesText(built.wasm.length - built.codeBytes - built.weightBytes),
      "names, shapes and steps",
    ],
    ["file", bytesText(built.wasm.length), "flash: all of the model"],
  ];
  const columns = [
    { heading: "", align: "left" },
    { heading: "", align: "right" },
    { heading: "", align: "left" },
  ] as const;
  return [
    `${styles.bold(manifest.name)}  ${thousands(manifest.steps.length)} ${manifest.steps.length === 1 ? "step" : "steps"}, ${thousands(macs)} MACs`,
    ...tensorLines("input", manifest.inputs),
    ...tensorLines("output", manifest.outputs),
    ...variableLines(manifest.variables),
    "",
    ...printPlan(built.graph, plan, width).trimEnd().split("\n"),
    "",
    ...table(columns, sizes, { width }).filter((line) => line !== ""),
  ];
}

/** One line for each variable: what a run keeps for the next. */
export function variableLines(
  variables: readonly { name: string; dtype: DType; shape: readonly number[] }[] = [],
): string[] {
  return variables.map(
    (variable) => `state   ${variable.name}  ${describeType(variable)}, kept from one run to the next`,
  );
}

/** One line for each input or output: name, type, and scale and zero point where it is quantized. */
export function tensorLines(kind: string, tensors: readonly ManifestTensor[]): string[] {
  return tensors.map((tensor) => {
    const quantized =
      tensor.scale === undefined
        ? ""
        : `, scale ${Number(tensor.scale.toPrecision(7))}, zero point ${tensor.zeroPoint ?? 0}`;
    const inside = tensor.interface === undefined ? "" : `, ${tensor.dtype} inside`;
    return `${kind.padEnd(6)}  ${tensor.name}  ${describeType(interfaceType(tensor))}${inside}${quantized}${namesText(tensor)}`;
  });
}
