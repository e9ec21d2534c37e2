import type { Tensor } from "../../../graph/tensor.js";
import type { Translation } from "../../translation.js";

export type { Translation } from "../../translation.js";

/** Options table of a TFLite operator; fields are numbered as in TFLite's public schema. */
export interface TfliteOptions {
  int8(field: number, otherwise: number): number;
  int32(field: number, otherwise: number): number;
  float32(field: number, otherwise: number): number;
  bool(field: number, otherwise: boolean): boolean;
  int32s(field: number): readonly number[] | undefined;
  text(field: number): string | undefined;
}

/** A TFLite operator instance as its mapping sees it: inputs and outputs looked up, -1 as undefined. */
export interface TfliteNode {
  readonly version: number;
  readonly options: TfliteOptions;
  /** Options of a custom operator, as they are in the file (FlexBuffers, most often); empty where there are none. */
  readonly customOptions: Uint8Array;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  /**
   * The variable behind an input: of a tensor that is marked as one, or of the resource that a VAR_HANDLE gives;
   * undefined for any other tensor.
   *
   * @param type of a resource: the type that the node reads or writes
   */
  variable(input: Tensor | undefined, type?: Tensor): Tensor | undefined;
  /** Whether a tensor of int8 is one of uint8 in the file: what rounds the numbers themselves does it otherwise. */
  wasUnsigned(tensor: Tensor | undefined): boolean;
}

/** How a TFLite operator becomes a node. */
export interface TfliteMapping {
  /** Name in TFLite's `BuiltinOperator`; of a custom operator `CUSTOM:` and its name. */
  readonly builtin: string;
  /** Number of its options table in TFLite's `BuiltinOptions` union; 0 where none is read. */
  readonly optionsType: number;
  /** Highest operator version whose meaning is known. */
  readonly maxVersion: number;
  /** Whether handles of variables may be among its inputs. */
  readonly takesResources?: true;
  /** Names of the core operators that it may become; what docs/operators.md says. */
  readonly becomes?: readonly string[];
  /** What the node becomes: one node or several, in order. Throws `NotRunnable` where it has no such meaning. */
  read(node: TfliteNode): Translation | readonly Translation[];
}

/** The mapping of an operator without options that are read. */
export function plain(
  builtin: string,
  operator: string,
  maxVersion: number,
  attributes: object = {},
): TfliteMapping {
  return {
    builtin,
    optionsType: 0,
    maxVersion,
    becomes: [operator],
    read: () => ({ operator, attributes }),
  };
}
