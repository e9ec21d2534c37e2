import { WasmoteError } from "../errors.js";
import { dimArgument, type ImportOptions, type OpenDimension } from "./imported.js";

/** Lengths of inputs that a model's file leaves open: the batch is 1, others are what the user gives. */
export class OpenLengths {
  /** All of them, and what they are fixed to. */
  readonly fixed: OpenDimension[] = [];
  /** Those of which nobody has given the length. */
  private readonly missing: OpenDimension[] = [];
  private readonly dims: NonNullable<ImportOptions["dims"]>;

  constructor({ dims = {} }: ImportOptions) {
    this.dims = dims;
  }

  /**
   * The length of an axis that the file leaves open.
   *
   * @param stated what the file calls the length, if anything; a place of it that the user names tells it from others of the
   *   name, as "?" is in files of some exporters
   */
  length(input: string, axis: number, isBatch: boolean, stated?: string): number {
    const place = `${input}:${axis}`;
    const name = stated === undefined || Object.hasOwn(this.dims, place) ? place : stated;
    const given = Object.hasOwn(this.dims, name) ? this.dims[name] : undefined;
    const fixed = { name, input, axis, length: given ?? 1 };
    this.fixed.push(fixed);
    if (given === undefined && !isBatch) this.missing.push(fixed);
    return fixed.length;
  }

  /** Throws `model-open` where a length is missing, with all that are. */
  requireClosed(): void {
    if (this.missing.length === 0) return;
    const places = this.missing.map(({ name, input, axis }) => `"${name}" (axis ${axis} of "${input}")`);
    const names = [...new Set(this.missing.map(({ name }) => name))];
    const help = `Give each a length: ${names.map(dimArgument).join(" ")}.`;
    throw new WasmoteError("model-open", [...new Set(places)].join(", "), {}, { help });
  }
}
