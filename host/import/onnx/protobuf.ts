import { PbfReader } from "pbf";
import { WasmoteError } from "../../errors.js";

/** Messages, and numbers of lists, of a file: what they take in memory may be fifty times as much. */
const maxMessages = 2 ** 20;
const maxNumbers = 2 ** 22;

/** What is wrong with the bytes of a file. */
export function corrupt(detail: string): WasmoteError {
  return new WasmoteError("model-corrupt", detail);
}

/**
 * Reads messages of Protocol Buffers, whose bytes need not be those of one: lengths are checked against what is around
 * them, and what is made of a file is limited.
 */
export class MessageReader {
  readonly fields: PbfReader;
  private messages = 0;
  private numbers = 0;

  constructor(bytes: Uint8Array) {
    this.fields = new PbfReader(bytes);
  }

  /** The message that is the whole file. */
  file<T>(result: T, read: (field: number, result: T) => void): T {
    return this.within(this.fields.length, result, read);
  }

  /** The message that the current field holds. */
  message<T>(result: T, read: (field: number, result: T) => void): T {
    if (++this.messages > maxMessages)
      throw new WasmoteError("model-too-large", `more than ${maxMessages} messages`);
    return this.within(this.end(), result, read);
  }

  /** Text in the current field. */
  text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  /** Bytes in the current field; a view of the file. */
  bytes(): Uint8Array {
    const end = this.end();
    const bytes = this.fields.buf.subarray(this.fields.pos, end);
    this.fields.pos = end;
    return bytes;
  }

  /** A whole number in the current field. Beyond 2^53 the nearest double. */
  integer(): number {
    return this.fields.readVarint(true);
  }

  /** Whole numbers of a list: one, or all of them packed, in the current field. */
  integers(list: number[]): void {
    this.count(list, () => this.fields.readPackedVarint(list, true));
  }

  /** Floats of a list, as `integers`. */
  floats(list: number[]): void {
    this.count(list, () => this.fields.readPackedFloat(list));
  }

  private count(list: number[], read: () => unknown): void {
    const before = list.length;
    if (this.fields.type === 2) {
      const { pos } = this.fields;
      this.limitNumbers((this.end() - this.fields.pos) / 4);
      this.fields.pos = pos;
    }
    read();
    this.limitNumbers(list.length - before);
  }

  private limitNumbers(more: number): void {
    this.numbers += more;
    if (this.numbers > maxNumbers)
      throw new WasmoteError("model-too-large", `more than ${maxNumbers} numbers in attributes`);
  }

  /** Where the value of the current field ends, whose length is read. */
  private end(): number {
    const length = this.fields.readVarint();
    const end = this.fields.pos + length;
    if (this.fields.type !== 2 || end > this.fields.length)
      throw corrupt(`a field of ${length} bytes at byte ${this.fields.pos} of ${this.fields.length}`);
    return end;
  }

  private within<T>(end: number, result: T, read: (field: number, result: T) => void): T {
    const visit = (field: number, target: T): void => {
      read(field, target);
      if (this.fields.pos > end) throw corrupt(`field ${field} reaches beyond its message at byte ${end}`);
    };
    const done = this.fields.readFields(visit, result, end);
    if (this.fields.pos !== end) throw corrupt(`the message that ends at byte ${end} is cut off`);
    return done;
  }
}
