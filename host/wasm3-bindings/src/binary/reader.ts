/**
 * Reads numbers and names of a WebAssembly binary. Made for modules that the engine has validated already:
 * reading beyond the end throws a RangeError all the same.
 */
export class BinaryReader {
  readonly #bytes: Uint8Array;
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** Whether the end is reached. */
  get done(): boolean {
    return this.position >= this.end;
  }

  /** The next byte. */
  byte(): number {
    if (this.position >= this.end) throw new RangeError(`the binary ends at byte ${this.end}`);
    return this.#bytes[this.position++] as number;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** Passes over one LEB128 number, signed or not. */
  skipLeb(): void {
    while (this.byte() >= 0x80);
  }

  /** Passes over `count` bytes. */
  skip(count: number): void {
    if (count > this.end - this.position) throw new RangeError(`the binary ends at byte ${this.end}`);
    this.position += count;
  }

  /** A name: its length, then UTF-8. */
  name(): string {
    const length = this.u32();
    const start = this.position;
    this.skip(length);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.#bytes.subarray(start, this.position));
  }

  /** A reader of the next `length` bytes, which this one passes over. */
  part(length: number): BinaryReader {
    const start = this.position;
    this.skip(length);
    return new BinaryReader(this.#bytes, start, this.position);
  }

  /** A view of the bytes that are left. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.position, this.end);
  }
}
