import { Option } from "commander";
import type { Imported, ImportOptions } from "../import/index.js";
import { ofNoUse, UsageError } from "./errors.js";

/** Largest length of a dimension that can be given: a shape's elements are counted in 31 bits. */
const maxLength = 2 ** 31 - 1;

/** What the options say of what a model leaves open. */
export interface OpenOptions {
  dim: readonly (readonly [name: string, length: number])[];
  layout?: "nhwc";
}

/** `--dim`. */
export function dimOption(): Option {
  return new Option(
    "--dim <name=length>",
    "a length that the model leaves open, by the name that inspect shows; may be repeated",
  )
    .argParser(appendDim)
    .default([], "1 for the batch");
}

/** `--layout`. */
export function layoutOption(): Option {
  return new Option(
    "--layout <order>",
    "nhwc: put the channels of inputs and outputs of four axes last, as pictures have them",
  ).choices(["nhwc"]);
}

/** One more `NAME=LENGTH`. A name may hold an equals sign, a length cannot. */
function appendDim(text: string, previous: OpenOptions["dim"]): OpenOptions["dim"] {
  const [, name, digits] = /^(.+)=([^=]*)$/s.exec(text) ?? [];
  if (name === undefined || digits === undefined)
    throw new UsageError(
      `--dim ${text} is no NAME=LENGTH`,
      "Give a name and a length, such as --dim time=16.",
    );
  const length = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(length >= 1 && length <= maxLength))
    throw new UsageError(
      `--dim ${text}: "${digits}" is no length`,
      `Give a whole number from 1 to ${maxLength}.`,
    );
  if (previous.some(([other]) => other === name))
    throw new UsageError(`--dim gives ${name} twice`, "Give each name once.");
  return [...previous, [name, length]];
}

/** The options as importers take them. */
export function importOptions({ dim, layout }: OpenOptions): ImportOptions {
  return { dims: Object.fromEntries(dim), ...(layout === undefined ? {} : { layout }) };
}

/** Throws `UsageError` for an option that the model leaves nothing open for. */
export function requireObeyed(
  { dim, layout }: OpenOptions,
  { graph, openDims = [], laidOut }: Imported,
): void {
  const names = [...new Set(openDims.map(({ name }) => name))];
  const unknown = dim.find(([name]) => !names.includes(name));
  if (unknown !== undefined) {
    const open = names.length === 0 ? "no length" : `${names.join(", ")} alone`;
    throw ofNoUse(`--dim ${unknown.join("=")}`, `the model leaves ${open} open`);
  }
  if (layout !== undefined && laidOut === undefined)
    throw ofNoUse(`--layout ${layout}`, "it is for ONNX models; axes of other formats stay as they are");
  if (layout !== undefined && graph !== undefined && laidOut?.length === 0)
    throw ofNoUse(`--layout ${layout}`, "no input or output of the model has four axes");
}
