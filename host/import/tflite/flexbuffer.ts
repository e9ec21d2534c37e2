import { type Place, WasmoteError } from "../../errors.js";
import { NotRunnable } from "../../graph/not-runnable.js";

/** FlexBuffers' types that options have, by their numbers. */
const types = {
  int: 1,
  uint: 2,
  float: 3,
  indirectInt: 6,
  indirectUint: 7,
  indirectFloat: 8,
  map: 9,
  bool: 26,
};

/** Keys of a map, and bytes of a key, at most: no operator has nearly as many options, or names as long. */
const maxKeys = 1024;
const maxKeyBytes = 256;

/**
 * The options of a custom operator: a FlexBuffers map of names to numbers and truth values. Anything else in it is left
 * out. Every position is checked before it is read.
 *
 * Source: FlexBuffers' format in FlatBuffers' internals (root at the end, vectors with their length before them, keys in
 * a vector of their own, types behind the elements).
 */
export class FlexOptions {
  private readonly values: ReadonlyMap<string, number | boolean>;

  /**
   * @param place what an error tells of where they stand
   * @throws `model-corrupt` where the bytes are no such map
   */
  constructor(bytes: Uint8Array, place: Place = {}) {
    this.values = new FlexReader(bytes, place).rootMap();
  }

  /** A whole number. Throws `NotRunnable` where there is none of that name, and no other value to take then. */
  integer(name: string, otherwise?: number): number {
    const value = this.values.get(name) ?? otherwise;
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    throw new NotRunnable(`its option ${name} is ${value ?? "missing"}; a whole number is expected`);
  }

  /** A number. Throws `NotRunnable` where there is none of that name. */
  real(name: string): number {
    const value = this.values.get(name);
    if (typeof value === "number") return value;
    throw new NotRunnable(`its option ${name} is ${value ?? "missing"}; a number is expected`);
  }

  /** A truth value. Throws `NotRunnable` where there is none of that name, and no other value to take then. */
  bool(name: string, otherwise?: boolean): boolean {
    const value = this.values.get(name) ?? otherwise;
    if (value === undefined)
      throw new NotRunnable(`its option ${name} is missing; true or false is expected`);
    return Boolean(value);
  }
}

class FlexReader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly place: Place,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  rootMap(): Map<string, number | boolean> {
    const end = this.bytes.length;
    if (end < 3) return this.fail(`they have ${end} bytes`);
    const width = this.width(this.bytes[end - 1] as number);
    const packed = this.bytes[end - 2] as number;
    if (packed >> 2 !== types.map) return this.fail(`they are of type ${packed >> 2}, not a map`);
    return this.map(this.target(end - 2 - width, width), 1 << (packed & 3));
  }

  private map(at: number, width: number): Map<string, number | boolean> {
    const length = this.unsigned(at - width, width);
    if (length > maxKeys) return this.fail(`they are a map of ${length} keys`);
    const keys = this.target(at - 3 * width, width);
    const keyWidth = this.width(this.unsigned(at - 2 * width, width));
    const values = new Map<string, number | boolean>();
    for (let i = 0; i < length; i++) {
      const packed = this.unsigned(at + length * width + i, 1);
      const value = this.value(at + i * width, width, packed);
      if (value !== undefined) values.set(this.text(this.target(keys + i * keyWidth, keyWidth)), value);
    }
    return values;
  }

  /** The number or truth value at a position; undefined for any other type. */
  private value(at: number, width: number, packed: number): number | boolean | undefined {
    const own = 1 << (packed & 3);
    switch (packed >> 2) {
      case types.int:
        return this.signed(at, width);
      case types.uint:
        return this.unsigned(at, width);
      case types.float:
        return this.float(at, width);
      case types.bool:
        return this.unsigned(at, width) !== 0;
      case types.indirectInt:
        return this.signed(this.target(at, width), own);
      case types.indirectUint:
        return this.unsigned(this.target(at, width), own);
      case types.indirectFloat:
        return this.float(this.target(at, width), own);
      default:
        return undefined;
    }
  }

  /** Where an offset points: that many bytes before it. */
  private target(at: number, width: number): number {
    return at - this.unsigned(at, width);
  }

  /** The text from a position up to a 0. */
  private text(at: number): string {
    this.check(at, 1);
    const key = this.bytes.subarray(at, at + maxKeyBytes);
    const end = key.indexOf(0);
    if (end < 0) return this.fail(`a key has no end, or more than ${maxKeyBytes} bytes`);
    return new TextDecoder().decode(key.subarray(0, end));
  }

  private unsigned(at: number, width: number): number {
    this.check(at, width);
    if (width === 1) return this.view.getUint8(at);
    if (width === 2) return this.view.getUint16(at, true);
    return width === 4 ? this.view.getUint32(at, true) : Number(this.view.getBigUint64(at, true));
  }

  private signed(at: number, width: number): number {
    this.check(at, width);
    if (width === 1) return this.view.getInt8(at);
    if (width === 2) return this.view.getInt16(at, true);
    return width === 4 ? this.view.getInt32(at, true) : Number(this.view.getBigInt64(at, true));
  }

  private float(at: number, width: number): number {
    this.check(at, width);
    if (width < 4) return this.fail(`a float of ${width} bytes`);
    return width === 4 ? this.view.getFloat32(at, true) : this.view.getFloat64(at, true);
  }

  private width(width: number): number {
    return [1, 2, 4, 8].includes(width) ? width : this.fail(`a width of ${width} bytes`);
  }

  private check(at: number, bytes: number): void {
    if (at < 0 || at + bytes > this.bytes.length)
      this.fail(`a position lies outside their ${this.bytes.length} bytes`);
  }

  private fail(found: string): never {
    throw new WasmoteError(
      "model-corrupt",
      `its custom options are no FlexBuffers map: ${found}`,
      this.place,
    );
  }
}
