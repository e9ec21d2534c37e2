import { wat } from "../../host/wasm3-bindings/test/support/wat.js";
import { makeModule, severalResults } from "./made-modules.js";

/** A value's type in WebAssembly's text. */
type Type = "i32" | "i64" | "f32" | "f64";

const types: readonly Type[] = ["i32", "i64", "f32", "f64"];

/** An instruction with the types of its operands and of its result. */
interface Instruction {
  name: string;
  operands: readonly Type[];
  result?: Type;
}

const named = (names: string, operands: readonly Type[], result?: Type): Instruction[] =>
  names.split(" ").map((name) => ({ name, operands, ...(result === undefined ? {} : { result }) }));

const integers = (["i32", "i64"] as const).flatMap((type) => [
  ...named(`${type}.eqz`, [type], "i32"),
  ...named(
    "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".replace(/\w+/g, `${type}.$&`),
    [type, type],
    "i32",
  ),
  ...named("clz ctz popcnt extend8_s extend16_s".replace(/\w+/g, `${type}.$&`), [type], type),
  ...named(
    "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr".replace(/\w+/g, `${type}.$&`),
    [type, type],
    type,
  ),
  ...named("trunc_f32_s trunc_f32_u".replace(/\w+/g, `${type}.$&`), ["f32"], type),
  ...named("trunc_f64_s trunc_f64_u".replace(/\w+/g, `${type}.$&`), ["f64"], type),
  ...named("trunc_sat_f32_s trunc_sat_f32_u".replace(/\w+/g, `${type}.$&`), ["f32"], type),
  ...named("trunc_sat_f64_s trunc_sat_f64_u".replace(/\w+/g, `${type}.$&`), ["f64"], type),
  ...named("load load8_s load8_u load16_s load16_u".replace(/\w+/g, `${type}.$&`), ["i32"], type),
  ...named("store store8 store16".replace(/\w+/g, `${type}.$&`), ["i32", type]),
]);

const floats = (["f32", "f64"] as const).flatMap((type) => [
  ...named("eq ne lt gt le ge".replace(/\w+/g, `${type}.$&`), [type, type], "i32"),
  ...named("abs neg ceil floor trunc nearest sqrt".replace(/\w+/g, `${type}.$&`), [type], type),
  ...named("add sub mul div min max copysign".replace(/\w+/g, `${type}.$&`), [type, type], type),
  ...named("convert_i32_s convert_i32_u".replace(/\w+/g, `${type}.$&`), ["i32"], type),
  ...named("convert_i64_s convert_i64_u".replace(/\w+/g, `${type}.$&`), ["i64"], type),
  ...named(`${type}.load`, ["i32"], type),
  ...named(`${type}.store`, ["i32", type]),
]);

const others = [
  ...named("i32.wrap_i64", ["i64"], "i32"),
  ...named("i64.extend_i32_s i64.extend_i32_u", ["i32"], "i64"),
  ...named("i64.extend32_s", ["i64"], "i64"),
  ...named("i64.load32_s i64.load32_u", ["i32"], "i64"),
  ...named("i64.store32", ["i32", "i64"]),
  ...named("f32.demote_f64", ["f64"], "f32"),
  ...named("f64.promote_f32", ["f32"], "f64"),
  ...named("i32.reinterpret_f32", ["f32"], "i32"),
  ...named("i64.reinterpret_f64", ["f64"], "i64"),
  ...named("f32.reinterpret_i32", ["i32"], "f32"),
  ...named("f64.reinterpret_i64", ["i64"], "f64"),
  ...named("memory.size", [], "i32"),
  ...named("memory.grow", ["i32"], "i32"),
  ...named("memory.copy memory.fill", ["i32", "i32", "i32"]),
  ...types.flatMap((type) => named(`${type}.const\u00a01`, [], type)),
];

/** All instructions but those of control, calls and variables. */
export const instructions: readonly Instruction[] = [...integers, ...floats, ...others];

const other = (type: Type): Type => types[(types.indexOf(type) + 1) % types.length] as Type;

function apply({ name, operands, result }: Instruction): string {
  const pushed = operands.map((_, i) => `local.get ${i}`).join(" ");
  const parameters = operands.length > 0 ? `(param ${operands.join(" ")})` : "";
  return `(func ${parameters} ${result ? `(result ${result})` : ""} ${pushed} ${name.replace("\u00a0", " ")})`;
}

/** An instruction with one operand of another type, one operand less, or another result. */
function wronglyApplied(of: Instruction): string[] {
  const { operands, result } = of;
  return [
    ...operands.map((type, i) => apply({ ...of, operands: operands.with(i, other(type)) })),
    ...(operands.length > 0 ? [apply({ ...of, operands: operands.slice(1) })] : []),
    apply({ ...of, result: result === undefined ? "i32" : other(result) }),
  ];
}

/** Loads and stores with their largest alignment in bytes. */
const alignments: readonly [number, string][] = [
  [1, "i32.load8_s i32.load8_u i64.load8_s i64.load8_u i32.store8 i64.store8"],
  [2, "i32.load16_s i32.load16_u i64.load16_s i64.load16_u i32.store16 i64.store16"],
  [4, "i32.load f32.load i64.load32_s i64.load32_u i32.store f32.store i64.store32"],
  [8, "i64.load f64.load i64.store f64.store"],
];
const aligned = (factor: number): string[] =>
  alignments.flatMap(([bytes, names]) =>
    names.split(" ").map((name) => {
      const of = instructions.find((each) => each.name === name) as Instruction;
      return apply({ ...of, name: `${name} offset=4294967295 align=${bytes * factor}` });
    }),
  );

const repeat = (count: number, text: string): string => Array.from({ length: count }, () => text).join(" ");

/** Functions that are valid. */
export const validBodies: readonly string[] = [
  ...instructions.map(apply),
  ...aligned(1),
  "(func)",
  "(func (result i32) unreachable)",
  "(func (result i32) unreachable i32.add)",
  "(func unreachable drop drop select drop)",
  "(func unreachable f32.const 1 i32.const 1 select drop)",
  "(func unreachable (if (result i64) (then i64.const 1) (else unreachable)) drop)",
  "(func (result f32) unreachable select)",
  "(func (result f32) f32.const 1 unreachable)",
  "(func (result f32) unreachable f32.const 1)",
  "(func (param i32 i64 f32 f64) local.get 3 local.set 3 local.get 1 local.tee 1 drop)",
  "(func (param i32) (local i64 i64 f32) local.get 2 local.set 1 local.get 3 drop)",
  "(func i32.const 1 i32.const 2 i32.const 3 select drop)",
  "(func f64.const 1 f64.const 2 i32.const 3 select drop)",
  "(func global.get $fixed drop global.get $free global.set $free global.get $real global.set $real)",
  "(func (block (loop (br 0))))",
  "(func (result i32) (block (result i32) i32.const 1 (br 0)))",
  "(func (result i32) (loop (result i32) i32.const 1))",
  "(func (result i32) (loop (result i32) (br 0)))",
  "(func (result i32) (br 0 (i32.const 1)))",
  "(func (result i32) i32.const 1 i32.const 2 i32.const 0 br_if 0 drop)",
  "(func (block (br_if 0 (i32.const 1))) (br_if 0 (i32.const 1)))",
  "(func (param i32) (block (block (block (br_table 0 1 2 3 (local.get 0))))))",
  "(func (result i64) (block (result i64) (block (result i64) (br_table 0 1 2 (i64.const 1) (i32.const 0)))))",
  "(func (result i64) (block (result i64) (block (result i64) unreachable br_table 0 1 2)))",
  "(func (block (loop (br_table 0 1 (i32.const 0)))))",
  "(func (result f64) f64.const 1 f64.const 2 return)",
  "(func (result f64) (return (f64.const 1)) unreachable)",
  "(func (param i32) (result i32) (if (result i32) (local.get 0) (then i32.const 1) (else i32.const 2)))",
  "(func (param i32) (if (local.get 0) (then return)))",
  "(func (param i32) (if (local.get 0) (then) (else (br 1))))",
  "(func (param i32) (result i32) (if (result i32) (local.get 0) (then (return (i32.const 1))) (else unreachable)))",
  "(func (result f32) (call $two (i32.const 1) (i64.const 2)))",
  "(func (call $nothing) (drop (call $imported (i32.const 1))))",
  "(func (result f32) (call_indirect (type $binary) (i32.const 1) (i64.const 2) (i32.const 0)))",
  "(func (call_indirect (type $none) (i32.const 0)))",
  `(func ${repeat(100, "block")} nop ${repeat(100, "end")})`,
  `(func (result i32) ${repeat(128, "i32.const 1")} ${repeat(127, "i32.add")})`,
  `(func (param ${repeat(60, "i64")}) (local ${repeat(67, "f32")}) local.get 126 drop)`,
];

/** Functions that are not valid, as text, and whole bodies as bytes, without the last `end`, that no text can say. */
export const invalidBodies: { texts: readonly string[]; bytes: Record<string, readonly number[]> } = {
  texts: [
    ...instructions.flatMap(wronglyApplied),
    ...aligned(2),
    "(func (result i32))",
    "(func i32.const 1)",
    "(func drop)",
    "(func (result i32) i32.const 1 i32.const 2)",
    "(func (result i32) f32.const 1 unreachable i64.const 1)",
    "(func unreachable i32.const 1)",
    "(func unreachable i64.const 1 i32.eqz drop)",
    "(func unreachable i64.const 1 f32.const 1 i32.const 1 select drop)",
    "(func unreachable i32.const 1 f32.const 1 select drop)",
    "(func i32.const 1 f32.const 1 i32.const 1 select drop)",
    "(func i32.const 1 i32.const 1 i64.const 1 select drop)",
    "(func i32.const 1 i32.const 1 select drop)",
    "(func local.get 0 drop)",
    "(func (param i32) (local i64) local.get 2 drop)",
    "(func (param i32) (local i64) local.get 1 local.set 0)",
    "(func (param i32) i64.const 1 local.tee 0 drop)",
    "(func (param i32) (result f32) local.get 0 local.tee 0)",
    "(func i32.const 1 global.set $fixed)",
    "(func i32.const 1 global.set $free)",
    "(func global.get 99 drop)",
    "(func (result i32) global.get $real)",
    "(func (br 1))",
    "(func (block (br_if 0 (i64.const 1))))",
    "(func (br_if 7 (i32.const 1)))",
    "(func (result i32) (block (result i32) (br 0)))",
    "(func (result i32) (block (result i64) i64.const 1))",
    "(func (block i32.const 1))",
    "(func i32.const 1 (block drop))",
    "(func i32.const 1 (loop drop))",
    "(func (result i32) (loop i32.const 1))",
    "(func (result i32) i32.const 1 i32.const 0 br_if 0 drop)",
    "(func (param i32) (block (br_table 0 2 (local.get 0))))",
    "(func (param i32) (block (br_table 0 0 (i64.const 0))))",
    "(func (result i32) (block (br_table 0 1 (i32.const 0))) i32.const 1)",
    "(func (result i32) (block (br_table 1 0 (i32.const 0) (i32.const 0))) i32.const 1)",
    "(func (result i32) (block (result i64) (br_table 0 1 (i64.const 1) (i32.const 0))) drop i32.const 1)",
    "(func (result f64) f32.const 1 return)",
    "(func (result f64) return)",
    "(func (if (i32.const 1) (then i32.const 1)))",
    "(func (if (i64.const 1) (then)))",
    "(func (result i32) (if (result i32) (i32.const 1) (then i32.const 1)))",
    "(func (result i32) (if (result i32) (i32.const 1) (then i32.const 1) (else i64.const 1)))",
    "(func (result i32) (if (result i32) (i32.const 1) (then i64.const 1) (else i32.const 1)))",
    "(func (result i32) i32.const 9 (if (i32.const 1) (then drop) (else drop)))",
    "(func (result f32) (call $two (i32.const 1)))",
    "(func (result f32) (call $two (i64.const 1) (i32.const 2)))",
    "(func (result i32) (call $two (i32.const 1) (i64.const 2)))",
    "(func (call 99))",
    "(func (result f32) (call_indirect (type $binary) (i32.const 1) (i64.const 2)))",
    "(func (result f32) (call_indirect (type $binary) (i32.const 1) (i64.const 2) (i64.const 0)))",
    "(func (call_indirect (type 99) (i32.const 0)))",
    "(func memory.grow)",
    "(global i32 (i64.const 1))",
    "(global f64 (f32.const 1))",
    "(global i64 (global.get $free))",
    "(global i64 (global.get $outer))",
    "(global i32 (i32.const 1) (i32.const 2))",
    '(data (i64.const 0) "x")',
    "(elem (f32.const 0) $two)",
  ],
  bytes: {
    "a number of 32 bits with too many": [0x41, 0xff, 0xff, 0xff, 0xff, 0x1f],
    "a number of 32 bits in six bytes": [0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
    "a number of 64 bits with too many": [
      0x42,
      ...Array.from({ length: 9 }, () => 0xff),
      0x01,
      0x1a,
      0x41,
      0,
    ],
    "an index of 32 bits with too many": [0x20, 0x80, 0x80, 0x80, 0x80, 0x10],
    "a number that ends in the body's end": [0x41, 0x80],
    "a float that is cut": [0x43, 0, 0],
    "a double that is cut": [0x44, 0, 0, 0, 0, 0],
    "an end too many": [0x41, 0, 0x0b],
    "an end too few": [0x02, 0x40, 0x41, 0],
    "an else without an if": [0x05, 0x41, 0],
    "an else in a block": [0x02, 0x40, 0x05, 0x0b, 0x41, 0],
    "two elses": [0x41, 0, 0x04, 0x40, 0x05, 0x05, 0x0b, 0x41, 0],
    "a block of no type": [0x02, 0x41, 0x0b, 0x41, 0],
    "a table of branches without an end": [0x41, 0, 0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0],
    "call_indirect without a table": [0x41, 0, 0x41, 0, 0x41, 0, 0x11, 0, 0],
    nothing: [],
  },
};

const made = (name: string, letter: "u" | "m", module: Uint8Array) => ({ name, letter, module });

/**
 * Modules that are valid and refused: what the runtime does not have, and functions with more values than wasm3 counts with.
 */
export const refusedModules: readonly { name: string; letter: "u" | "m"; module: Uint8Array }[] = [
  made(
    "a block by the number of its type",
    "u",
    makeModule([0x02, 1, 0x0b, 0x41, 0], { types: [[0x60, 0, 0]] }),
  ),
  made(
    "a block with parameters",
    "u",
    makeModule([0x41, 0, 0x02, 1, 0x0b], { types: [[0x60, 1, 0x7f, 1, 0x7f]] }),
  ),
  made(
    "a block with several results",
    "u",
    makeModule([0x02, 1, 0x41, 0, 0x41, 0, 0x0b, 0x1a], { types: [severalResults(2)] }),
  ),
  made(
    "a module that says itself which accelerators there are",
    "u",
    wat('(module (global (export "accelerators") (mut i32) (i32.const 0)) (func i32.const 1 global.set 0))'),
  ),
  made("a tail call", "u", makeModule([0x41, 0, 0x41, 0, 0x12, 0])),
  made("a select with its type", "u", makeModule([0x41, 0, 0x41, 0, 0x41, 0, 0x1c, 1, 0x7f])),
  made("a reference", "u", makeModule([0xd2, 0, 0xd1])),
  made("a block that gives a reference", "u", makeModule([0x02, 0x70, 0x00, 0x0b, 0x1a, 0x41, 0])),
  made("a local that is a vector", "u", makeModule([0x41, 0], { locals: [1, 1, 0x7b] })),
  made("a vector", "u", makeModule([0x41, 0, 0xfd, 0x0f, 0xfd, 0x16, 0])),
  made(
    "a segment of data that is not active, and looks like one that is",
    "u",
    makeModule([0x41, 0], {
      more: [{ id: 11, bytes: [1, 1, 65, 0, 0x0b, 62, ...Array<number>(62).fill(0)] }],
    }),
  ),
  made(
    "values more than wasm3 counts with",
    "m",
    wat(`(module (func (result i32) ${repeat(129, "i32.const 1")} ${repeat(128, "i32.add")}))`),
  ),
  made(
    "locals more than wasm3 counts with",
    "m",
    wat(`(module (func (param ${repeat(64, "i64")}) (local ${repeat(65, "f32")})))`),
  ),
];
