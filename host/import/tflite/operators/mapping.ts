import type { Tensor } from "../../../graph/tensor.js";

/** Options table of a TFLite operator; fields are numbered as in TFLite's public schema. */
export interface TfliteOptions {
  int8(field: number, otherwise: number): number;
  int32(field: number, otherwise: number): number;
  float32(field: number, otherwise: number): number;
  bool(field: number, otherwise: boolean): boolean;
  int32s(field: number): readonly number[] | undefined;
}

/** A TFLite operator instance as its mapping sees it: inputs and outputs looked up, -1 as undefined. */
export interface TfliteNode {
  readonly version: number;
  readonly options: TfliteOptions;
  /** Options of a custom operator, as they are in the file (FlexBuffers, most often); empty where there are none. */
  readonly customOptions: Uint8Array;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
}

/** What a TFLite node becomes: a node of a core operator. */
export interface Translation {
  /** Name of the core operator. */
  readonly operator: string;
  readonly attributes: object;
  /**
   * Positions of the inputs that stay inputs (all, if absent): constant inputs that turn into attributes are left out.
   */
  readonly inputs?: readonly number[];
}

/** How a TFLite operator becomes a node. */
export interface TfliteMapping {
  /** Name in TFLite's `BuiltinOperator`; of a custom operator `CUSTOM:` and its name. */
  readonly builtin: string;
  /** Number of its options table in TFLite's `BuiltinOptions` union; 0 where none is read. */
  readonly optionsType: number;
  /** Highest operator version whose meaning is known. */
  readonly maxVersion: number;
  /** Throws `NotRunnable` where the node has no such meaning. */
  read(node: TfliteNode): Translation;
}

/** The mapping of an operator without options. */
export function plain(builtin: string, operator: string, maxVersion: number): TfliteMapping {
  return { builtin, optionsType: 0, maxVersion, read: () => ({ operator, attributes: {} }) };
}
