import { execFileSync } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { availableBoards, firmwareOf } from "./emulators.js";

/**
 * Budgets in bytes. A figure that moves past its budget is to be explained before the budget is moved; 96 KiB of flash
 * is what the project allows on Arm, accelerators, superinstructions and floats included (16, 9 and 18 KB of it). Uploads of patches and
 * the list of slots took it 4 KiB further, applications and their log 9 KiB, drivers of actions
 * and what is said to those of sensors 1 KiB, what applications give of their samples (capture, snippets, histograms, notices) 4.5 KiB, accelerators
 * of what sound goes through 9 KiB, of tables, products, means and max pools 3 KiB, choosing kernels that stay compiled and loads that follow
 * one another 1.5 KiB. RV32 has no short form of most of their instructions.
 */
const budgets = { flashBytes: { arm: 148_480, riscv: 177_152 }, ramBytes: 9000 } as const;

/** Functions of a disassembly, by name. */
function disassemble(toolchain: string, elf: string): Map<string, string[]> {
  const text = execFileSync(`${toolchain}-objdump`, ["-d", "--no-show-raw-insn", elf], {
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  const functions = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    const head = /^[0-9a-f]+ <(.+)>:$/.exec(line);
    if (head !== null) {
      lines = [];
      functions.set(head[1]!, lines);
    } else if (/^\s*[0-9a-f]+:\t/.test(line)) {
      lines.push(line.replace(/^\s*[0-9a-f]+:\t/, "").replace(/\s+/g, " "));
    }
  }
  return functions;
}

/** Operations that call, by what wasm3 is: they run code of their own and go on afterwards. */
const callers =
  /^op_(Call|CallIndirect|CallOrCompile|CallRawFunction|Entry|GuardedEntry|Loop|MemGrow|MemCopy|MemFill)/;

for (const board of availableBoards()) {
  const jump = board.isa.toolchain === "arm-none-eabi" ? /^(bx|mov pc,) r\d+|^bx (ip|r\d+)/ : /^jr [at]\d/;
  const call = board.isa.toolchain === "arm-none-eabi" ? /^blx / : /^jalr (ra, )?-?\d*\(?[at]\d/;

  test(`${board.id}: the firmware keeps to its budgets`, async () => {
    const { sizes } = await firmwareOf(board);
    console.error(`${board.id}: flash ${sizes.flashBytes} bytes, RAM ${sizes.ramBytes} bytes`);
    const family = board.isa.toolchain === "arm-none-eabi" ? "arm" : "riscv";
    assert.ok(sizes.flashBytes <= budgets.flashBytes[family], `flash ${sizes.flashBytes}`);
    assert.ok(sizes.ramBytes <= budgets.ramBytes, `RAM ${sizes.ramBytes}`);
  });

  test(`${board.id}: wasm3's operations end in a jump to the next one`, async () => {
    const { files } = await firmwareOf(board);
    const functions = disassemble(board.isa.toolchain, files.elf);
    const operations = [...functions].filter(([name]) => /^op_/.test(name));
    assert.ok(operations.length > 250, `${operations.length} operations`);
    for (const [name, code] of operations) {
      if (callers.test(name)) continue;
      assert.not.ok(
        code.some((line) => call.test(line)),
        `${name} calls through a register: ${code.join("; ")}`,
      );
      const ends =
        name.startsWith("op_Unreachable") ||
        name.startsWith("op_Return") ||
        name.startsWith("op_ContinueLoop");
      assert.ok(ends || code.some((line) => jump.test(line)), `${name} does not jump: ${code.join("; ")}`);
    }
  });

  test(`${board.id}: no operation gives the registers of floats their values back`, async () => {
    const { files } = await firmwareOf(board);
    for (const [name, code] of disassemble(board.isa.toolchain, files.elf)) {
      const restores = code.filter((line) => /^v(pop|ldm).*\b(d[89]|s1[6-9])\b/.test(line));
      assert.equal(/^op_/.test(name) ? restores : [], [], name);
    }
  });

  test(`${board.id}: nothing of the C library allocates or prints`, async () => {
    const { files } = await firmwareOf(board);
    const names = execFileSync(`${board.isa.toolchain}-nm`, [files.elf], { encoding: "utf8" });
    const found = names.match(/ (_?malloc|_?calloc|_?realloc|_?free|v?s?n?printf|sbrk|_sbrk)$/gm);
    assert.is(found, null, String(found));
  });
}

test.run();
