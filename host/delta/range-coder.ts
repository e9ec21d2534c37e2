/**
 * A binary range coder whose probabilities adapt: 32 bits of range and carry propagation as in LZMA (I. Pavlov, LZMA
 * specification, 2015, "Range coder"; after G. N. N. Martin, "Range encoding", 1979). A context's probability has 12 bits and
 * a count of 4: it adapts by 1/(n + 2) after n bits, as Laplace's rule of succession does, and by 1/32 after 15.
 */

/** A context that has seen nothing: even odds, a count of 0. */
export const freshContext = 2048 << 4;

/** By how much of the distance a probability moves, in 65536ths, by its count. */
export const rates: readonly number[] = Array.from({ length: 16 }, (_, count) =>
  Math.floor(65536 / (count < 15 ? count + 2 : 32)),
);

const leastRange = 2 ** 24;

/** A context after a bit. */
export function adapted(context: number, bit: number): number {
  const [probability, count] = [context >> 4, context & 15];
  const rate = rates[count] as number;
  const moved =
    bit === 0
      ? probability + (((4096 - probability) * rate) >> 16)
      : probability - ((probability * rate) >> 16);
  return (moved << 4) | Math.min(15, count + 1);
}

/** What writes or reads a block's symbols: the same calls do either. */
export interface SymbolCoder {
  /** A number of `bits` bits by a tree of contexts, of which the first is number `base + 1`; written or read. */
  tree(base: number, bits: number, value: number): number;
  /** A number of `bits` bits, all of them equally probable. */
  direct(bits: number, value: number): number;
}

/** Writes symbols of a block. */
export class SymbolWriter implements SymbolCoder {
  private readonly contexts: Uint16Array;
  private readonly bytes: number[] = [];
  private low = 0;
  private range = 0xffffffff;
  private pending = 0;
  private waiting: number | undefined;

  constructor(contexts: number) {
    this.contexts = new Uint16Array(contexts).fill(freshContext);
  }

  tree(base: number, bits: number, value: number): number {
    let node = 1;
    for (let i = bits - 1; i >= 0; i--) {
      const bit = (value >> i) & 1;
      const context = this.contexts[base + node] as number;
      this.divide(Math.floor(this.range / 4096) * (context >> 4), bit);
      this.contexts[base + node] = adapted(context, bit);
      node = node * 2 + bit;
    }
    return value;
  }

  direct(bits: number, value: number): number {
    for (let i = bits - 1; i >= 0; i--)
      this.divide(Math.floor(this.range / 2), Math.floor(value / 2 ** i) & 1);
    return value;
  }

  private divide(bound: number, bit: number): void {
    if (bit === 0) this.range = bound;
    else {
      this.low += bound;
      this.range -= bound;
    }
    while (this.range < leastRange) {
      this.range *= 256;
      this.shift();
    }
  }

  /** Writes the highest byte of `low`, or lets it wait for a carry. */
  private shift(): void {
    const carry = this.low >= 2 ** 32 ? 1 : 0;
    const top = Math.floor(this.low / leastRange) & 0xff;
    if (carry === 1 || top !== 0xff) {
      if (this.waiting !== undefined) this.bytes.push((this.waiting + carry) & 0xff);
      for (; this.pending > 0; this.pending--) this.bytes.push((0xff + carry) & 0xff);
      this.waiting = top;
    } else this.pending++;
    this.low = (this.low % leastRange) * 256;
  }

  /** All bytes, after the last symbol. */
  end(): Uint8Array {
    for (let i = 0; i < 5; i++) this.shift();
    return Uint8Array.from(this.bytes);
  }
}

/** Reads symbols of a block. Reading beyond the end throws a RangeError. */
export class SymbolReader implements SymbolCoder {
  private readonly contexts: Uint16Array;
  private range = 0xffffffff;
  private code = 0;
  private at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    contexts: number,
  ) {
    this.contexts = new Uint16Array(contexts).fill(freshContext);
    for (let i = 0; i < 4; i++) this.code = this.code * 256 + this.byte();
  }

  tree(base: number, bits: number): number {
    let node = 1;
    for (let i = 0; i < bits; i++) {
      const context = this.contexts[base + node] as number;
      const bit = this.divide(Math.floor(this.range / 4096) * (context >> 4));
      this.contexts[base + node] = adapted(context, bit);
      node = node * 2 + bit;
    }
    return node - 2 ** bits;
  }

  direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) value = value * 2 + this.divide(Math.floor(this.range / 2));
    return value;
  }

  private divide(bound: number): number {
    const bit = this.code < bound ? 0 : 1;
    if (bit === 0) this.range = bound;
    else {
      this.code -= bound;
      this.range -= bound;
    }
    while (this.range < leastRange) {
      this.range *= 256;
      this.code = (this.code * 256 + this.byte()) % 2 ** 32;
    }
    return bit;
  }

  private byte(): number {
    if (this.at >= this.bytes.length) throw new RangeError(`the block ends after ${this.at} bytes`);
    return this.bytes[this.at++] as number;
  }

  /** Whether all bytes were read, which is so after a block's last symbol. */
  get done(): boolean {
    return this.at === this.bytes.length;
  }
}
