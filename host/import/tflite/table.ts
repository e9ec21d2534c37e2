import { ByteBuffer } from "flatbuffers";
import { WasmoteError } from "../../errors.js";
import { maxModelBytes } from "../../files/limits.js";

/** What a table's offset takes besides its bytes in the file, about. */
const tableCost = 64;

/**
 * Bounds-checked view of a FlatBuffers table. The runtime's `ByteBuffer` reads wherever an offset points; a
 * damaged file must end in a clear error instead, so every position is checked before it is used.
 * Tables and vectors may be named from many places, so that what is read is bounded too: a small file could stand for
 * any number of bytes.
 *
 * Source: FlatBuffers internals (vtables, vectors, unions).
 */
export class Table {
  private readonly buffer: ByteBuffer;
  private readonly position: number;
  private readonly vtable: number;
  private readonly vtableBytes: number;
  private readonly budget: { bytes: number };

  private constructor(buffer: ByteBuffer, position: number, budget: { bytes: number }) {
    this.buffer = buffer;
    this.position = position;
    this.budget = budget;
    this.spend(tableCost);
    check(buffer, position, 4, "table");
    this.vtable = position - buffer.readInt32(position);
    check(buffer, this.vtable, 4, "vtable");
    this.vtableBytes = buffer.readUint16(this.vtable);
    check(buffer, this.vtable, Math.max(4, this.vtableBytes), "vtable");
  }

  /** The root table. Throws `model-corrupt` where the bytes are too few. */
  static root(bytes: Uint8Array): Table {
    const buffer = new ByteBuffer(bytes);
    check(buffer, 0, 8, "file header");
    return new Table(buffer, buffer.readUint32(0), { bytes: maxModelBytes });
  }

  /** Counts bytes that are made of the file. Throws `model-too-large` where all that was read of the file takes more than a model may. */
  spend(bytes: number): void {
    this.budget.bytes -= bytes;
    if (this.budget.bytes < 0) {
      throw new WasmoteError(
        "model-too-large",
        `what its tables name takes more than ${maxModelBytes} bytes: some is named many times`,
      );
    }
  }

  /** Position of field number `field`, or 0 where it is absent. */
  private field(field: number, bytes: number): number {
    const slot = 4 + field * 2;
    if (slot + 2 > this.vtableBytes) return 0;
    const offset = this.buffer.readUint16(this.vtable + slot);
    if (offset === 0) return 0;
    check(this.buffer, this.position + offset, bytes, `field ${field}`);
    return this.position + offset;
  }

  /** Whether the field is present. */
  has(field: number): boolean {
    return this.field(field, 1) !== 0;
  }

  int8(field: number, otherwise: number): number {
    const at = this.field(field, 1);
    return at === 0 ? otherwise : this.buffer.readInt8(at);
  }

  uint8(field: number, otherwise: number): number {
    const at = this.field(field, 1);
    return at === 0 ? otherwise : this.buffer.readUint8(at);
  }

  bool(field: number, otherwise: boolean): boolean {
    return this.uint8(field, otherwise ? 1 : 0) !== 0;
  }

  int32(field: number, otherwise: number): number {
    const at = this.field(field, 4);
    return at === 0 ? otherwise : this.buffer.readInt32(at);
  }

  uint32(field: number, otherwise: number): number {
    const at = this.field(field, 4);
    return at === 0 ? otherwise : this.buffer.readUint32(at);
  }

  float32(field: number, otherwise: number): number {
    const at = this.field(field, 4);
    return at === 0 ? otherwise : this.buffer.readFloat32(at);
  }

  /** A text, or undefined. Invalid UTF-8 is replaced. */
  text(field: number): string | undefined {
    const bytes = this.bytes(field);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** Position and length of a vector whose elements take `elementBytes` each. */
  private vector(field: number, elementBytes: number): { start: number; length: number } | undefined {
    const at = this.field(field, 4);
    if (at === 0) return undefined;
    const start = at + this.buffer.readUint32(at);
    check(this.buffer, start, 4, `vector of field ${field}`);
    const length = this.buffer.readUint32(start);
    check(this.buffer, start + 4, length * elementBytes, `vector of field ${field} with ${length} elements`);
    this.spend(length * elementBytes);
    return { start: start + 4, length };
  }

  /** A vector of bytes, as a view of the file. */
  bytes(field: number): Uint8Array | undefined {
    const vector = this.vector(field, 1);
    return vector && this.buffer.bytes().subarray(vector.start, vector.start + vector.length);
  }

  int32s(field: number): number[] | undefined {
    const vector = this.vector(field, 4);
    return (
      vector && Array.from({ length: vector.length }, (_, i) => this.buffer.readInt32(vector.start + i * 4))
    );
  }

  float32s(field: number): number[] | undefined {
    const vector = this.vector(field, 4);
    return (
      vector && Array.from({ length: vector.length }, (_, i) => this.buffer.readFloat32(vector.start + i * 4))
    );
  }

  uint16s(field: number): number[] | undefined {
    const vector = this.vector(field, 2);
    return (
      vector && Array.from({ length: vector.length }, (_, i) => this.buffer.readUint16(vector.start + i * 2))
    );
  }

  /** An unsigned 64-bit integer as a number (exact up to 2^53). */
  uint64(field: number, otherwise: number): number {
    const at = this.field(field, 8);
    return at === 0 ? otherwise : Number(this.buffer.readUint64(at));
  }

  /** Bytes of the file that lie outside the flatbuffer, as a view. */
  fileBytes(start: number, length: number): Uint8Array {
    check(this.buffer, start, length, `buffer of ${length} bytes at ${start}`);
    this.spend(length);
    return this.buffer.bytes().subarray(start, start + length);
  }

  /** A vector of 64-bit integers as numbers (exact up to 2^53). */
  int64s(field: number): number[] | undefined {
    const vector = this.vector(field, 8);
    return (
      vector &&
      Array.from({ length: vector.length }, (_, i) => Number(this.buffer.readInt64(vector.start + i * 8)))
    );
  }

  /** A table, or undefined. Unions are read the same way, their type being a field before them. */
  table(field: number): Table | undefined {
    const at = this.field(field, 4);
    return at === 0 ? undefined : new Table(this.buffer, at + this.buffer.readUint32(at), this.budget);
  }

  /** A vector of tables; empty where absent. */
  tables(field: number): Table[] {
    const vector = this.vector(field, 4);
    if (vector === undefined) return [];
    return Array.from({ length: vector.length }, (_, i) => {
      const at = vector.start + i * 4;
      return new Table(this.buffer, at + this.buffer.readUint32(at), this.budget);
    });
  }
}

function check(buffer: ByteBuffer, position: number, bytes: number, what: string): void {
  if (position < 0 || position + bytes > buffer.capacity()) {
    throw new WasmoteError("model-corrupt", `a ${what} lies outside the file's ${buffer.capacity()} bytes`);
  }
}
