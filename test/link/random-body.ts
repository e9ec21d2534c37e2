import { signedLeb, unsignedLeb } from "./plain-leb128.js";
import type { Choices } from "./random-numbers.js";

/** A number type, as it is encoded. */
export type NumberType = 0x7f | 0x7e | 0x7d | 0x7c;

export const i32 = 0x7f;
export const i64 = 0x7e;
export const f32 = 0x7d;
export const f64 = 0x7c;
export const numberTypes: readonly NumberType[] = [i32, i64, f32, f64];

/** A function type. */
export interface Signature {
  parameters: readonly NumberType[];
  results: readonly NumberType[];
}

/** A function that a body may call. */
export interface Callable {
  index: number;
  signature: Signature;
  /** Upper bound of the statements that a call of it runs. */
  cost: number;
  /** How deep calls nest in it, itself included. */
  height: number;
}

/** What bodies may refer to. */
export interface Surroundings {
  /** Function types by number: blocks may be of any of them. */
  types: readonly Signature[];
  globals: readonly { type: NumberType; mutable: boolean }[];
  /** Pages of linear memory. */
  pages: number;
  /** How likely a number is encoded in more bytes than it needs. */
  padding: number;
  /** Whether code may trap. */
  traps: boolean;
}

/** A function's code, and what it is made of. */
export interface RandomBody {
  /** Locals and instructions. */
  code: number[];
  /** Numbers of the functions called. */
  calls: ReadonlySet<number>;
  /** Numbers of the globals read or written. */
  globals: ReadonlySet<number>;
  /** Numbers of the types that blocks have. */
  types: ReadonlySet<number>;
  cost: number;
  height: number;
}

const maxCost = 1500;
const maxHeight = 12;

/** Loads by the type that they give: opcode and bytes. */
const loads: Readonly<Record<NumberType, readonly (readonly [number, number])[]>> = {
  [i32]: [
    [0x28, 4],
    [0x2c, 1],
    [0x2d, 1],
    [0x2e, 2],
    [0x2f, 2],
  ],
  [i64]: [
    [0x29, 8],
    [0x30, 1],
    [0x31, 1],
    [0x32, 2],
    [0x33, 2],
    [0x34, 4],
    [0x35, 4],
  ],
  [f32]: [[0x2a, 4]],
  [f64]: [[0x2b, 8]],
};

const stores: Readonly<Record<NumberType, readonly (readonly [number, number])[]>> = {
  [i32]: [
    [0x36, 4],
    [0x3a, 1],
    [0x3b, 2],
  ],
  [i64]: [
    [0x37, 8],
    [0x3c, 1],
    [0x3d, 2],
    [0x3e, 4],
  ],
  [f32]: [[0x38, 4]],
  [f64]: [[0x39, 8]],
};

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Instructions of one operand that cannot trap, by result: opcode and type of the operand. */
const unary: Readonly<Record<NumberType, readonly (readonly [readonly number[], NumberType])[]>> = {
  [i32]: [
    ...[0x45, 0x67, 0x68, 0x69, 0xc0, 0xc1].map((code) => [[code], i32] as const),
    [[0x50], i64],
    [[0xa7], i64],
    ...[0, 1].map((code) => [[0xfc, code], f32] as const),
    ...[2, 3].map((code) => [[0xfc, code], f64] as const),
  ],
  [i64]: [
    ...[0x79, 0x7a, 0x7b, 0xc2, 0xc3, 0xc4].map((code) => [[code], i64] as const),
    [[0xac], i32],
    [[0xad], i32],
    ...[4, 5].map((code) => [[0xfc, code], f32] as const),
    ...[6, 7].map((code) => [[0xfc, code], f64] as const),
  ],
  [f32]: [
    ...range(0x8b, 0x91).map((code) => [[code], f32] as const),
    [[0xb2], i32],
    [[0xb3], i32],
    [[0xb4], i64],
    [[0xb5], i64],
    [[0xb6], f64],
    [[0xbe], i32],
  ],
  [f64]: [
    ...range(0x99, 0x9f).map((code) => [[code], f64] as const),
    [[0xb7], i32],
    [[0xb8], i32],
    [[0xb9], i64],
    [[0xba], i64],
    [[0xbb], f32],
    [[0xbf], i64],
  ],
};

/** Instructions of two operands that cannot trap. copysign is not among them: it shows the sign of a NaN. */
const binary: Readonly<Record<NumberType, readonly (readonly [number, NumberType])[]>> = {
  [i32]: [
    ...range(0x46, 0x4f).map((code) => [code, i32] as const),
    ...range(0x51, 0x5a).map((code) => [code, i64] as const),
    ...range(0x5b, 0x60).map((code) => [code, f32] as const),
    ...range(0x61, 0x66).map((code) => [code, f64] as const),
    ...[0x6a, 0x6b, 0x6c, ...range(0x71, 0x78)].map((code) => [code, i32] as const),
  ],
  [i64]: [0x7c, 0x7d, 0x7e, ...range(0x83, 0x8a)].map((code) => [code, i64] as const),
  [f32]: range(0x92, 0x97).map((code) => [code, f32] as const),
  [f64]: range(0xa0, 0xa5).map((code) => [code, f64] as const),
};

const extremes32 = [0, 1, -1, 2, 63, 64, -64, -65, 127, 128, 8191, 8192, 0x7fffffff, -0x80000000];
const extremes64 = [...extremes32.map(BigInt), 0x80000000n, 2n ** 63n - 1n, -(2n ** 63n), 0x7fffffffffn];
const extremesFloat = [
  0,
  -0,
  1,
  -1.5,
  0.1,
  1e9,
  -3e9,
  1e19,
  2 ** -149,
  5e-324,
  3.4e38,
  1.7e308,
  1 / 0,
  -1 / 0,
];

/** A constant and its `end`less instruction. */
export function constant(type: NumberType, choose: Choices, padding = 0): number[] {
  const bytes = (limit: number): number => (choose.chance(padding) ? 1 + choose.below(limit) : 1);
  const float = choose.chance(0.1) ? Number.NaN : choose.pick(extremesFloat);
  if (type === i32) return [0x41, ...signedLeb(choose.pick(extremes32), bytes(5))];
  if (type === i64) return [0x42, ...signedLeb(choose.pick(extremes64), bytes(10))];
  if (type === f32) return [0x43, ...new Uint8Array(Float32Array.of(float).buffer)];
  return [0x44, ...new Uint8Array(Float64Array.of(float).buffer)];
}

/** Writes one function's body. Statements leave the stack as it was; values add one value. */
class BodyWriter {
  readonly calls = new Set<number>();
  readonly globals = new Set<number>();
  readonly types = new Set<number>();
  readonly locals: NumberType[];
  /** Locals that count loops, which nothing else writes. */
  readonly counters = new Set<number>();
  /** Whether each label, the innermost last, may be branched to without values and without running code again. */
  private labels: boolean[] = [];
  /** How often what is written runs. */
  private times = 1;
  private left: number;
  cost = 1;
  height = 1;

  constructor(
    readonly choose: Choices,
    readonly signature: Signature,
    readonly around: Surroundings,
    readonly callables: readonly Callable[],
    statements: number,
  ) {
    this.locals = [...signature.parameters];
    for (let i = choose.below(6); i > 0; i--) this.locals.push(choose.pick(numberTypes));
    this.left = statements;
    // The body's own label is a branch to its end, with its results.
    this.labels.push(signature.results.length === 0);
  }

  private number(value: number): number[] {
    const { choose, around } = this;
    return unsignedLeb(value, choose.chance(around.padding) ? 1 + choose.below(5) : 1);
  }

  private integer(value: number): number[] {
    return [
      0x41,
      ...signedLeb(value, this.choose.chance(this.around.padding) ? 1 + this.choose.below(5) : 1),
    ];
  }

  private blockType(index: number): number[] {
    this.types.add(index);
    return signedLeb(index, this.choose.chance(this.around.padding) ? 1 + this.choose.below(5) : 1);
  }

  private within(codes: () => number[], open = true): number[] {
    this.labels.push(open);
    const written = codes();
    this.labels.pop();
    return written;
  }

  private localOf(type: NumberType): number | undefined {
    const fitting = this.locals.flatMap((other, i) => (other === type && !this.counters.has(i) ? [i] : []));
    return fitting.length === 0 ? undefined : this.choose.pick(fitting);
  }

  /** An address and the offset behind it, of so many bytes within memory. */
  private address(bytes: number, depth: number): { address: number[]; immediate: number[] } {
    const { choose } = this;
    const memoryBytes = this.around.pages * 65536;
    const align = this.number(choose.below(Math.log2(bytes) + 1));
    if (choose.chance(0.1)) {
      return { address: this.integer(0), immediate: [...align, ...this.number(memoryBytes - bytes)] };
    }
    const mask = choose.pick([0xff, 0xfff, 0x7fff]);
    const offset = choose.chance(0.5) ? choose.below(16) : choose.below(memoryBytes - mask - bytes);
    return {
      address: [...this.value(i32, depth - 1), ...this.integer(mask), 0x71],
      immediate: [...align, ...this.number(offset)],
    };
  }

  /** Takes the values of these types, the last on top, from the stack. */
  private take(types: readonly NumberType[]): number[] {
    return [...types].reverse().flatMap((type) => {
      const local = this.localOf(type);
      return local === undefined || this.choose.chance(0.3) ? [0x1a] : [0x21, ...this.number(local)];
    });
  }

  private give(types: readonly NumberType[], depth: number): number[] {
    return types.flatMap((type) => this.value(type, depth));
  }

  private call(
    wanted: (callable: Callable) => boolean,
    depth: number,
  ): { code: number[]; results: readonly NumberType[] } | undefined {
    const fitting = this.callables.filter(
      (callable) =>
        wanted(callable) && callable.height < maxHeight && this.cost + this.times * callable.cost < maxCost,
    );
    if (fitting.length === 0) return undefined;
    const { index, signature, cost, height } = this.choose.pick(fitting);
    this.cost += this.times * cost;
    this.height = Math.max(this.height, height + 1);
    this.calls.add(index);
    const code = [...this.give(signature.parameters, depth - 1), 0x10, ...this.number(index)];
    return { code, results: signature.results };
  }

  private globalGet(type: NumberType): number[] | undefined {
    const fitting = this.around.globals.flatMap((global, i) => (global.type === type ? [i] : []));
    if (fitting.length === 0) return undefined;
    const index = this.choose.pick(fitting);
    this.globals.add(index);
    return [0x23, ...this.number(index)];
  }

  /** A value of that type. */
  value(type: NumberType, depth: number): number[] {
    const { choose } = this;
    const local = this.localOf(type);
    const simple = (): number[] =>
      local !== undefined && choose.chance(0.6)
        ? [0x20, ...this.number(local)]
        : constant(type, choose, this.around.padding);
    if (depth <= 0) return simple();
    switch (choose.below(12)) {
      case 0:
      case 1: {
        const [code, operand] = choose.pick(unary[type]);
        return [...this.value(operand, depth - 1), ...code];
      }
      case 2:
      case 3:
      case 4: {
        const [code, operand] = choose.pick(binary[type]);
        return [...this.value(operand, depth - 1), ...this.value(operand, depth - 1), code];
      }
      case 5: {
        const [code, bytes] = choose.pick(loads[type]);
        const { address, immediate } = this.address(bytes, depth);
        return [...address, code, ...immediate];
      }
      case 6:
        return [
          ...this.value(type, depth - 1),
          ...this.value(type, depth - 1),
          ...this.value(i32, depth - 1),
          0x1b,
        ];
      case 7:
        return this.globalGet(type) ?? simple();
      case 8:
        return (
          this.call(({ signature: { results } }) => results.length === 1 && results[0] === type, depth)
            ?.code ?? simple()
        );
      case 9: {
        const condition = this.value(i32, depth - 1);
        const [yes, no] = [1, 2].map(() => this.within(() => this.value(type, depth - 1), false)) as [
          number[],
          number[],
        ];
        return [...condition, 0x04, type, ...yes, 0x05, ...no, 0x0b];
      }
      case 10: {
        if (local !== undefined) return [...this.value(type, depth - 1), 0x22, ...this.number(local)];
        const inner = this.within(
          () => [...this.statements(depth - 1, 1), ...this.value(type, depth - 1)],
          false,
        );
        return [0x02, type, ...inner, 0x0b];
      }
      default: {
        if (type === i32) return choose.chance(0.5) ? [0x3f, 0] : [...this.value(i32, depth - 1), 0x40, 0];
        if (type === i64) {
          const divisor = [...this.value(i64, depth - 1), 0x42, 1, 0x84];
          return [...this.value(i64, depth - 1), ...divisor, choose.pick([0x80, 0x81, 0x82])];
        }
        return simple();
      }
    }
  }

  /** So many statements, as far as there are some left to write. */
  statements(depth: number, count: number): number[] {
    const written: number[] = [];
    for (let i = 0; i < count && this.left > 0; i++) {
      this.left--;
      this.cost += this.times;
      written.push(...this.statement(depth));
    }
    return written;
  }

  private statement(depth: number): number[] {
    const { choose } = this;
    const kinds = [
      this.assignment,
      this.assignment,
      this.store,
      this.store,
      this.bulk,
      this.calling,
      this.calling,
      this.typedBlock,
      ...(depth > 0 ? [this.condition, this.nest, this.table, this.loop, this.typedLoop, this.leave] : []),
    ];
    return choose.pick(kinds).call(this, depth);
  }

  private assignment(): number[] {
    const { choose, around } = this;
    const mutable = around.globals.flatMap(({ mutable }, i) => (mutable ? [i] : []));
    if (mutable.length > 0 && choose.chance(0.5)) {
      const index = choose.pick(mutable);
      this.globals.add(index);
      const { type } = around.globals[index] as { type: NumberType };
      return [...this.value(type, 2), 0x24, ...this.number(index)];
    }
    const type = choose.pick(numberTypes);
    return [...this.value(type, 3), ...this.take([type])];
  }

  /** A store. Floating-point numbers are made of integers, so that they are no NaN: its bits differ between engines. */
  private store(): number[] {
    const type = this.choose.pick(numberTypes);
    const [code, bytes] = this.choose.pick(stores[type]);
    const { address, immediate } = this.address(bytes, 2);
    const value = type === i32 || type === i64 ? this.value(type, 3) : this.value(i32, 3);
    const convert = { [f32]: [0xb2], [f64]: [0xb8] }[type as number] ?? [];
    return [...address, ...value, ...convert, code, ...immediate];
  }

  private bulk(): number[] {
    const place = (): number[] => [...this.value(i32, 1), ...this.integer(0x7fff), 0x71];
    const length = [...this.value(i32, 1), ...this.integer(0x3f), 0x71];
    if (this.choose.chance(0.5)) return [...place(), ...place(), ...length, 0xfc, 10, 0, 0];
    return [...place(), ...this.value(i32, 1), ...length, 0xfc, 11, 0];
  }

  private calling(depth: number): number[] {
    const call = this.call(() => true, depth + 1);
    return call === undefined ? [0x01] : [...call.code, ...this.take(call.results)];
  }

  private typedBlock(depth: number): number[] {
    const { choose, around } = this;
    const index = choose.below(around.types.length);
    const { parameters, results } = around.types[index] as Signature;
    const inside = (): number[] =>
      this.within(() => {
        const taken = this.take(parameters);
        const leaving = choose.chance(0.5)
          ? [...this.give(results, 1), ...this.value(i32, 1), 0x0d, ...this.number(0), ...this.take(results)]
          : [];
        return [...taken, ...leaving, ...this.statements(depth - 1, 1), ...this.give(results, 1)];
      }, results.length === 0);
    const given = this.give(parameters, 1);
    const type = this.blockType(index);
    if (choose.chance(0.5)) return [...given, 0x02, ...type, ...inside(), 0x0b, ...this.take(results)];
    const condition = this.value(i32, 1);
    return [
      ...given,
      ...condition,
      0x04,
      ...type,
      ...inside(),
      0x05,
      ...inside(),
      0x0b,
      ...this.take(results),
    ];
  }

  private condition(depth: number): number[] {
    const condition = this.value(i32, 2);
    const yes = this.within(() => this.statements(depth - 1, 2));
    if (this.choose.chance(0.5)) return [...condition, 0x04, 0x40, ...yes, 0x0b];
    const no = this.within(() => this.statements(depth - 1, 2));
    return [...condition, 0x04, 0x40, ...yes, 0x05, ...no, 0x0b];
  }

  /** Numbers of labels that may be branched to, from the innermost outwards. */
  private targets(): number[] {
    return [...this.labels].reverse().flatMap((open, i) => (open ? [i] : []));
  }

  private nest(depth: number): number[] {
    const inside = this.within(() => [
      ...this.statements(depth - 1, 1),
      ...this.value(i32, 2),
      0x0d,
      ...this.number(this.choose.pick(this.targets())),
      ...this.statements(depth - 1, 2),
    ]);
    return [0x02, 0x40, ...inside, 0x0b];
  }

  private table(depth: number): number[] {
    const { choose } = this;
    const blocks = 1 + choose.below(4);
    for (let i = 0; i < blocks; i++) this.labels.push(true);
    const targets = this.targets();
    const labels = Array.from({ length: choose.below(6) }, () => this.number(choose.pick(targets)));
    const value = [...this.value(i32, 1), ...this.integer(7), 0x71];
    const written = [
      ...value,
      0x0e,
      ...this.number(labels.length),
      ...labels.flat(),
      ...this.number(choose.pick(targets)),
    ];
    for (let i = 0; i < blocks; i++) {
      this.labels.pop();
      written.push(0x0b, ...this.statements(depth - 1, 1));
    }
    return [...Array.from({ length: blocks }, () => [0x02, 0x40]).flat(), ...written];
  }

  private counter(): number {
    const counter = this.locals.push(i32) - 1;
    this.counters.add(counter);
    return counter;
  }

  private repeat(count: number, codes: () => number[]): number[] {
    this.times *= count;
    const written = this.within(codes, false);
    this.times /= count;
    return written;
  }

  private loop(depth: number): number[] {
    const count = 1 + this.choose.below(4);
    const counter = this.counter();
    const inside = this.repeat(count, () => this.statements(depth - 1, 2));
    const again = [
      0x20,
      ...this.number(counter),
      ...this.integer(1),
      0x6b,
      0x22,
      ...this.number(counter),
      0x0d,
      ...this.number(0),
    ];
    return [...this.integer(count), 0x21, ...this.number(counter), 0x03, 0x40, ...inside, ...again, 0x0b];
  }

  /** A loop whose count is a value that it takes and gives, where there is a type for that. */
  private typedLoop(depth: number): number[] {
    const index = this.around.types.findIndex(
      ({ parameters, results }) => parameters.join() === `${i32}` && results.join() === `${i32}`,
    );
    if (index < 0) return this.loop(depth);
    const count = 1 + this.choose.below(4);
    const counter = this.counter();
    const type = this.blockType(index);
    const inside = this.repeat(count, () => this.statements(depth - 1, 2));
    const again = [
      ...this.integer(1),
      0x6b,
      0x22,
      ...this.number(counter),
      0x20,
      ...this.number(counter),
      0x0d,
      ...this.number(0),
    ];
    return [...this.integer(count), 0x03, ...type, ...inside, ...again, 0x0b, ...this.take([i32])];
  }

  /** A return, a branch with code behind it that never runs, or a trap; all where a condition holds. */
  private leave(depth: number): number[] {
    const { choose } = this;
    const condition = this.value(i32, 2);
    const inside = this.within(() => {
      const before = this.statements(depth - 1, 1);
      if (this.around.traps && choose.chance(0.6)) return [...before, ...this.trap()];
      if (choose.chance(0.4)) return [...before, ...this.give(this.signature.results, 2), 0x0f];
      const branch = [0x0c, ...this.number(choose.pick(this.targets()))];
      return [...before, ...branch, ...this.statements(depth - 1, 1)];
    });
    return [...condition, 0x04, 0x40, ...inside, 0x0b];
  }

  private trap(): number[] {
    const { choose } = this;
    return choose.pick([
      () => [0x00],
      () => [...this.value(i32, 1), ...this.integer(0), choose.pick([0x6d, 0x6e, 0x6f, 0x70]), 0x1a],
      () => [...this.integer(-0x80000000), ...this.integer(-1), 0x6d, 0x1a],
      () => [...this.integer(-8), 0x28, 2, ...this.number(0), 0x1a],
      () => [...this.integer(0), ...this.integer(-1), ...this.integer(2), 0xfc, 11, 0],
      () => [0x43, 0, 0, 0xc0, 0x7f, 0xa8, 0x1a],
    ])();
  }

  /** Locals beyond the parameters, in runs as they come; one run of none sometimes. */
  encodeLocals(): number[] {
    const own = this.locals.slice(this.signature.parameters.length);
    const runs: [number, NumberType][] = [];
    for (const type of own) {
      const last = runs.at(-1);
      if (last !== undefined && last[1] === type && this.choose.chance(0.8)) last[0]++;
      else runs.push([1, type]);
    }
    return [...this.number(runs.length), ...runs.flatMap(([count, type]) => [...this.number(count), type])];
  }

  /** Stores two globals as integers, so that memory tells which ones were written. */
  private traceGlobals(): number[] {
    const { choose, around } = this;
    if (around.globals.length === 0) return this.store();
    return [1, 2].flatMap(() => {
      const index = choose.below(around.globals.length);
      this.globals.add(index);
      const convert = { [i32]: [0xac], [i64]: [], [f32]: [0xfc, 4], [f64]: [0xfc, 6] };
      const { type } = around.globals[index] as { type: NumberType };
      const { address, immediate } = this.address(8, 1);
      return [...address, 0x23, ...this.number(index), ...convert[type], 0x37, ...immediate];
    });
  }

  /** The body's last values and its end. A function without results stores something. */
  finish(): number[] {
    const { results } = this.signature;
    return [...(results.length === 0 ? this.traceGlobals() : this.give(results, 2)), 0x0b];
  }
}

/** A body of about so many statements that calls only the functions given. */
export function randomBody(
  choose: Choices,
  signature: Signature,
  around: Surroundings,
  callables: readonly Callable[],
  statements: number,
): RandomBody {
  const writer = new BodyWriter(choose, signature, around, callables, statements);
  const code = [...writer.statements(4, statements), ...writer.finish()];
  const { calls, globals, types, cost, height } = writer;
  return { code: [...writer.encodeLocals(), ...code], calls, globals, types, cost, height };
}
