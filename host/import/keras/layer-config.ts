import type { Place } from "../../errors.js";
import {
  asArray,
  asBoolean,
  asInteger,
  asNumber,
  asObject,
  asString,
  isObject,
  type JsonObject,
  shown,
} from "../json-fields.js";

/** Dtypes and policies of layers that are computed in float32. */
const floatPolicies: readonly string[] = [
  "float32",
  "float16",
  "bfloat16",
  "mixed_float16",
  "mixed_bfloat16",
];

/**
 * Typed access to a layer's config. A field that is absent or null takes the default given; one of the wrong
 * type throws `model-invalid`; a value that cannot be run is collected in `refusals`.
 */
export class LayerConfig {
  readonly refusals: string[] = [];
  private readonly values: JsonObject;
  /** Where messages say that the config is. */
  readonly place: Place;
  /** Major version of the Keras that wrote the layer, or whose meaning its writer kept. */
  readonly version: number;

  constructor(values: JsonObject, layer: string, className: string, version = 2) {
    this.version = version;
    this.values = values;
    this.place = { node: layer, operator: className };
  }

  /** Collects a reason to refuse the layer. */
  refuse(reason: string): void {
    this.refusals.push(reason);
  }

  /** Collects the reason unless the condition holds. */
  expect(condition: boolean, reason: string): void {
    if (!condition) this.refuse(reason);
  }

  private given(field: string): unknown {
    return this.values[field] ?? undefined;
  }

  /** The field as JSON; undefined where it is absent or null. */
  raw(field: string): unknown {
    return this.given(field);
  }

  /** Whether the field is there, null or not. */
  has(field: string): boolean {
    return Object.hasOwn(this.values, field);
  }

  /** A string. */
  text(field: string, otherwise: string): string {
    return asString(this.given(field) ?? otherwise, field, this.place);
  }

  /** A finite number. */
  number(field: string, otherwise: number): number {
    return asNumber(this.given(field) ?? otherwise, field, this.place);
  }

  /** A finite number that must be given. */
  requiredNumber(field: string): number {
    return asNumber(this.given(field), field, this.place);
  }

  /** True or false. */
  flag(field: string, otherwise: boolean): boolean {
    return asBoolean(this.given(field) ?? otherwise, field, this.place);
  }

  /** An integer of at least `least`. */
  integer(field: string, least: number, otherwise?: number): number {
    return asInteger(this.given(field) ?? otherwise, least, field, this.place);
  }

  /** Integers of at least `least`: one for all of `count`, or a list of `count`. */
  integers(field: string, count: number, least: number, otherwise?: number | readonly number[]): number[] {
    const value = this.given(field) ?? otherwise;
    const list = Array.isArray(value) ? value : Array<unknown>(count).fill(value);
    if (list.length !== count)
      asArray(undefined, `${field} of ${list.length} numbers, not ${count},`, this.place);
    return this.asIntegers(field, list, least);
  }

  /** A list that comes from the field as integers of at least `least`. */
  asIntegers(field: string, list: readonly unknown[], least: number): number[] {
    return list.map((item) => asInteger(item, least, field, this.place));
  }

  /** A list of JSON values. */
  list(field: string): readonly unknown[] {
    return asArray(this.given(field), field, this.place);
  }

  /** One of `choices`; anything else is refused, and the first choice taken in its place. */
  oneOf<Choice extends string>(
    field: string,
    choices: readonly [Choice, ...Choice[]],
    otherwise: Choice,
  ): Choice {
    const value = this.text(field, otherwise);
    const choice = choices.find((known) => known === value);
    this.expect(
      choice !== undefined,
      `${field} ${shown(value)} is not supported; ${choices.join(" or ")} is`,
    );
    return choice ?? choices[0];
  }

  /** Whether channels are the axis behind the batch, instead of the last. */
  channelsFirst(): boolean {
    return (
      this.oneOf("data_format", ["channels_last", "channels_first"], "channels_last") === "channels_first"
    );
  }

  /** Refuses a kernel that is a sum, of which Keras 3 keeps the parts: LoRA and DoRA. */
  plainKernel(): void {
    for (const field of ["lora_rank", "dora_rank"])
      this.expect(
        !this.given(field),
        `${field} ${shown(this.given(field))} is not supported; merge its weights`,
      );
  }

  /** The name of the dtype, or of the dtype policy; "float32" where there is none. */
  dtypeName(): string {
    const value = this.given("dtype");
    if (!isObject(value)) return asString(value ?? "float32", "dtype", this.place);
    const { name = "float32" } = asObject(value.config ?? {}, "dtype.config", this.place);
    return asString(name, "dtype.config.name", this.place);
  }

  /** Refuses a dtype, or dtype policy, that float32 does not serve: what computes in fewer bits is computed in float32. */
  float32(): void {
    const name = this.dtypeName();
    this.expect(
      floatPolicies.includes(name),
      `dtype ${shown(name)} is not supported; ${floatPolicies.join(", ")} are`,
    );
  }

  /** An axis given as a non-negative or negative number, among `rank`; -1 where it is out of range. */
  static axis(axis: number, rank: number): number {
    const positive = axis < 0 ? axis + rank : axis;
    return Number.isInteger(positive) && positive >= 0 && positive < rank ? positive : -1;
  }
}
