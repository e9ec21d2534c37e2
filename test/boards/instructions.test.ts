import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { boardsFolder } from "../../host/boards/index.js";
import { allInstructionsText } from "../../host/export/instructions.js";
import { allInstructions } from "../../host/needs/index.js";

const file = join(boardsFolder, "wasm3", "instructions.h");
if (process.env.WASMOTE_GOLDEN === "write") writeFileSync(file, allInstructionsText(allInstructions()));
const committed = readFileSync(file, "utf8");

test("boards have the instructions that wasm3 has", () => {
  assert.fixture(allInstructionsText(allInstructions()), committed);
});

/** The entries of a list of the file, each as its parts. */
function entriesOf(list: string): string[][] {
  const [, entries = ""] = new RegExp(`#define ${list}\\(.*\\n((?:.*\\\\\\n)*.*\\n)`).exec(committed) ?? [];
  return [...entries.matchAll(/EACH(?:_OF_FLOATS)?\((.*)\)/g)].map(([, parts]) => `${parts}`.split(", "));
}

test("of each instruction the lists say what wasm3's table does", () => {
  const [compilers, operations, instructions] = [
    entriesOf("WASM3_COMPILERS").flat(),
    entriesOf("WASM3_OPERATIONS").flat(),
    entriesOf("WASM3_INSTRUCTIONS").map((parts) => parts.map(Number)),
  ];
  const known = allInstructions();
  assert.ok(known.length > 180);
  assert.is(instructions.length, known.length);
  for (const [i, one] of known.sort((a, b) => a.opcode - b.opcode).entries()) {
    const [number, opcode, offset, type, first, compiler] = instructions[i] as number[];
    assert.equal([number, opcode, offset, type], [i + 1, one.opcode, one.stackOffset, one.type]);
    assert.is(compilers[compiler as number], one.compiler ?? "NULL");
    const asked = one.compiler === undefined || /Convert|Load_Store/.test(one.compiler);
    if (!asked) continue;
    const there = operations
      .slice(first, (first as number) + 4)
      .map((name) => (name === "NULL" ? undefined : name));
    const some = one.operations.filter((name) => name !== undefined);
    assert.equal(
      there.slice(0, some.length),
      one.operations.slice(0, some.length),
      `0x${one.opcode.toString(16)}`,
    );
  }
});

test.run();
