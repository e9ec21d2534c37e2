import { load } from "wasm3-bindings";
import { compileLibrary } from "../../host/kernels/compile.js";
import { packageSources } from "../../host/tools/kernel-sources.js";

/** The functions of assembly/math by their files, and instructions of WebAssembly ("") that kernels take as they are. */
export const unary = {
  exp: "exp",
  expm1: "exp",
  log: "log",
  log1p: "log",
  sin: "sin",
  cos: "sin",
  tan: "sin",
  asin: "arc",
  acos: "arc",
  atan: "arc",
  sinh: "hyperbolic",
  cosh: "hyperbolic",
  asinh: "hyperbolic",
  acosh: "hyperbolic",
  atanh: "hyperbolic",
  tanh: "sigmoid",
  logistic: "sigmoid",
  softplus: "sigmoid",
  erf: "erf",
  erfc: "erf",
  rsqrt: "rsqrt",
  floor: "",
  ceil: "",
  trunc: "",
  nearest: "",
} as const;
export const binary = {
  pow: "pow",
  floorDiv: "floor",
  floorMod: "floor",
  fmod: "floor",
  atan2: "arc",
} as const;

/** Kernels that apply each function to the n float32 at 0 (and at 16384), output at 32768. */
function kernels(): string {
  const imports = Object.entries({ ...unary, ...binary })
    .filter(([, file]) => file !== "")
    .map(([name, file]) => `import { ${name} } from "../math/${file}";\n`);
  const loops = [...Object.keys(unary), ...Object.keys(binary)].map((name) => {
    const second = name in binary ? ", load<f32>(p, 16384)" : "";
    return `export function ${name}All(n: usize): void {
      for (let p: usize = 0; p < n << 2; p += 4) store<f32>(p, ${name}(load<f32>(p)${second}), 32768);
    }\n`;
  });
  return [...imports, ...loops].join("");
}

const { sources, config } = packageSources();
const { wasm } = await compileLibrary(
  new Map(
    [...sources].filter(([path]) => path.startsWith("math/")).concat([["kernels/apply.ts", kernels()]]),
  ),
  config,
);
const compiled = new WebAssembly.Instance(new WebAssembly.Module(wasm as BufferSource)).exports;
const interpreted = load(wasm);
const engines: readonly [memory: Uint8Array, call: (name: string, n: number) => unknown][] = [
  [
    new Uint8Array((compiled.memory as WebAssembly.Memory).buffer),
    (name, n) => (compiled[name] as (n: number) => void)(n),
  ],
  [interpreted.memory, (name, n) => interpreted.call(name, n)],
];

/** What a function gives for each element of its operands. Throws where node's engine and wasm3 give other bits. */
export function apply(
  name: keyof typeof unary | keyof typeof binary,
  ...operands: Float32Array[]
): Float32Array {
  const count = operands[0]!.length;
  const result = new Float32Array(count);
  for (let at = 0; at < count; at += 4096) {
    const n = Math.min(4096, count - at);
    const [expected, other] = engines.map(([memory, call]) => {
      operands.forEach((operand, i) => {
        memory.set(new Uint8Array(operand.buffer, operand.byteOffset + at * 4, n * 4), i * 16384);
      });
      call(`${name}All`, n);
      return new Uint32Array(memory.slice(32768, 32768 + n * 4).buffer);
    }) as [Uint32Array, Uint32Array];
    const differs = expected.findIndex((bits, i) => bits !== other[i]);
    if (differs >= 0) {
      const of = operands.map((operand) => operand[at + differs]).join(", ");
      throw new Error(`${name}(${of}): bits ${expected[differs]} on node, ${other[differs]} on wasm3`);
    }
    new Uint32Array(result.buffer).set(expected, at);
  }
  return result;
}
