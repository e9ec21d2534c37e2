import { load, TrapError } from "../../src/index.ts";
import { wat } from "./wat.ts";

/**
 * Run with a C stack of which JavaScript may use nearly all, so that it is the addon that refuses what goes too deep: a call
 * of an import, whose frame is larger than that of a function's check, has to be refused a little before one of a function.
 */
const loopsPerCall = 60;
const loops = (count: number, body: string): string =>
  `${"loop ".repeat(count)} ${body} ${"end ".repeat(count)}`;

/** Whether a recursion of that depth, with so many loops around the last call, does not trap. */
function runs(last: "import" | "function", depth: number, loopsAtEnd: number): boolean {
  const binary = wat(`(module (import "a" "f" (func $import)) (func $function)
    (func $last ${loops(loopsAtEnd, `call $${last}`)})
    (func $f (export "run") (param i32) ${loops(
      loopsPerCall,
      "local.get 0 if local.get 0 i32.const 1 i32.sub call $f else call $last end",
    )}))`);
  const instance = load(binary, { stackBytes: 65536, imports: { a: { f: () => {} } } });
  instance.call("run", 1);
  try {
    instance.call("run", depth);
    return true;
  } catch (error) {
    if (error instanceof TrapError && error.trap === "stack-overflow") return false;
    throw error;
  } finally {
    instance.dispose();
  }
}

/** The greatest number below `limit` of which `holds` is true. */
function greatest(limit: number, holds: (value: number) => boolean): number {
  let [good, bad] = [0, limit];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

const depth = greatest(4000, (value) => runs("function", value, 0));
if (depth === 3999) throw new Error("the C stack is larger than its limit says");
const [withFunction, withImport] = (["function", "import"] as const).map((last) =>
  greatest(2 * loopsPerCall, (value) => runs(last, depth - 1, value)),
) as [number, number];
if (withImport >= withFunction) {
  throw new Error(
    `an import is called from within ${withImport} loops, a function from within ${withFunction}`,
  );
}
console.log("done");
