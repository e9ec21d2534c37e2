/**
 * Reads the numbers and names of a WebAssembly binary. Reading beyond the end throws a RangeError.
 * Source: WebAssembly core specification, 5.2.
 */
export class WasmReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new RangeError(`the binary ends at byte ${this.end}`);
    return this.bytes[this.at++] as number;
  }

  /** An unsigned LEB128 number of at most 32 bits, in at most 5 bytes. */
  u32(): number {
    const value = this.leb128(5);
    if (value >= 2 ** 32) throw new RangeError(`a number of more than 32 bits before byte ${this.at}`);
    return value;
  }

  /** A signed LEB128 number of at most 33 bits, in at most 5 bytes: the type of a block. */
  s33(): number {
    const start = this.at;
    const value = this.leb128(5);
    const sign = 64 * 128 ** (this.at - start - 1);
    const signed = value < sign ? value : value - 2 * sign;
    if (signed < -(2 ** 32) || signed >= 2 ** 32)
      throw new RangeError(`a number of more than 33 bits before byte ${this.at}`);
    return signed;
  }

  private leb128(maxBytes: number): number {
    let value = 0;
    let scale = 1;
    for (let bytes = 0; bytes < maxBytes; bytes++, scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError(`a number of more than ${maxBytes} bytes before byte ${this.at}`);
  }

  /** Passes over one LEB128 number, signed or not. */
  skipLeb(): void {
    while (this.byte() >= 0x80);
  }

  skip(count: number): void {
    if (count > this.end - this.at) throw new RangeError(`the binary ends at byte ${this.end}`);
    this.at += count;
  }

  /** The bytes from `start` to where the reader is. */
  since(start: number): Uint8Array {
    return this.bytes.subarray(start, this.at);
  }

  /** A name, every character of it: a byte order mark is one, too. */
  name(): string {
    const length = this.u32();
    const start = this.at;
    this.skip(length);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.since(start));
  }

  /** A reader of the next `length` bytes, which this one passes over. */
  part(length: number): WasmReader {
    const start = this.at;
    this.skip(length);
    return new WasmReader(this.bytes, start, this.at);
  }

  /** What `item` reads, as often as the vector's length says. */
  vector<T>(item: (reader: WasmReader) => T): T[] {
    const items: T[] = [];
    for (let left = this.u32(); left > 0; left--) items.push(item(this));
    return items;
  }
}
