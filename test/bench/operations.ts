/**
 * Prints how many instructions wasm3's operations take, as a Markdown table. Run: npm run bench:operations [-- FILE...]
 *
 * FILE is a firmware's ELF file or the addon (wasm3_bindings.node); without one, firmware of a board of each
 * architecture is built, and the addon is taken as it was built last. Counted are the instructions of the shortest way from an
 * operation's first to its jump to the next operation, in objdump's disassembly; the ways that end in a return (traps, the
 * end of a function) do not count.
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBoard } from "../../host/boards/index.js";
import { buildFirmware } from "../../host/firmware/build.js";

/** One instruction of a disassembly; control flow that is no jump within the operation has no target. */
interface Instruction {
  mnemonic: string;
  operands: string;
}

/** What follows an instruction: the next one, another address, or both; or the way's end. */
interface Flow {
  end?: "dispatch" | "return";
  falls: boolean;
  target?: number;
}

interface Architecture {
  objdump: string;
  flow(instruction: Instruction): Flow;
}

const targetOf = (operands: string): number =>
  Number.parseInt(/([0-9a-f]+) <[^>]*>$/.exec(operands)?.[1] ?? "", 16);
const plain: Flow = { falls: true };
const dispatch: Flow = { end: "dispatch", falls: false };
const returns: Flow = { end: "return", falls: false };

const arm: Architecture = {
  objdump: "arm-none-eabi-objdump",
  flow({ mnemonic, operands }) {
    const name = mnemonic.replace(/\.[nw]$/, "");
    if (name === "bx") return operands === "lr" ? returns : dispatch;
    if (/\bpc\b/.test(operands) && /^(pop|ldmia|ldr)$/.test(name) && !operands.includes("[pc"))
      return returns;
    if (name === "b") return { falls: false, target: targetOf(operands) };
    if (/^(cbn?z|b(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le))$/.test(name))
      return { falls: true, target: targetOf(operands) };
    return plain;
  },
};

const riscV: Architecture = {
  objdump: "riscv64-unknown-elf-objdump",
  flow({ mnemonic, operands }) {
    if (mnemonic === "ret") return returns;
    if (mnemonic === "jr") return dispatch;
    if (mnemonic === "j") return { falls: false, target: targetOf(operands) };
    return mnemonic.startsWith("b") ? { falls: true, target: targetOf(operands) } : plain;
  },
};

const x86: Architecture = {
  objdump: "objdump",
  flow({ mnemonic, operands }) {
    if (mnemonic === "ret") return returns;
    if (mnemonic === "jmp")
      return operands.startsWith("*") ? dispatch : { falls: false, target: targetOf(operands) };
    return mnemonic.startsWith("j") ? { falls: true, target: targetOf(operands) } : plain;
  },
};

/** e_machine of the ELF header. Source: System V ABI, "ELF Header", and its supplements. */
const architectures: Readonly<Record<number, Architecture>> = { 40: arm, 62: x86, 243: riscV };

/** Operations by the columns' names: those of memory-operations.h where they are put in place of wasm3's. */
const columns: Readonly<Record<string, string>> = {
  "add i32": "i32_Add_rs",
  "multiply i32": "i32_Multiply_rs",
  "add i64": "i64_Add_rs",
  "load i8": "i32_Load_i8_s",
  "load i32": "i32_Load_i32_s",
  "load i64": "i64_Load_i64_s",
  "store i8": "i32_Store_u8_rs",
  "store i32": "i32_Store_i32_rs",
  "branch if": "BranchIf_r",
};

function architectureOf(file: string): Architecture {
  const header = Buffer.alloc(20);
  const descriptor = openSync(file, "r");
  readSync(descriptor, header, 0, header.length, 0);
  closeSync(descriptor);
  const found = header.readUInt32BE(0) === 0x7f454c46 ? architectures[header.readUInt16LE(18)] : undefined;
  if (found === undefined) throw new Error(`${file}: no ELF file of a known architecture`);
  return found;
}

/** Instructions of the functions named op_..., by address. */
function disassemble(file: string, { objdump }: Architecture): Map<string, Map<number, Instruction>> {
  const { stdout, error, status } = spawnSync(objdump, ["-d", "--no-show-raw-insn", file], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (error !== undefined || status !== 0)
    throw new Error(`${objdump}: ${error?.message ?? `status ${status}`}`);

  const operations = new Map<string, Map<number, Instruction>>();
  let current: Map<number, Instruction> | undefined;
  for (const line of stdout.split("\n")) {
    const label = /^[0-9a-f]+ <([^>]+)>:$/.exec(line)?.[1];
    if (label !== undefined) {
      current = label.startsWith("op_") ? new Map() : undefined;
      if (current !== undefined) operations.set(label, current);
      continue;
    }
    const [, address, mnemonic, operands] = /^\s*([0-9a-f]+):\s+(\S+)\s*([^@#]*)/.exec(line) ?? [];
    if (current === undefined || address === undefined || mnemonic === undefined) continue;
    current.set(Number.parseInt(address, 16), { mnemonic, operands: (operands ?? "").trim() });
  }
  return operations;
}

/** Instructions of the shortest way to the jump to the next operation; undefined where there is none. */
function shortestWay(code: ReadonlyMap<number, Instruction>, { flow }: Architecture): number | undefined {
  const addresses = [...code.keys()];
  const next = new Map(addresses.map((address, i) => [address, addresses[i + 1]]));
  const seen = new Set<number>();
  let reached = addresses.slice(0, 1);
  for (let count = 1; reached.length > 0; count++) {
    const following: number[] = [];
    for (const address of reached) {
      const instruction = code.get(address);
      if (instruction === undefined || seen.has(address)) continue;
      seen.add(address);
      const { end, falls, target } = flow(instruction);
      if (end === "dispatch") return count;
      const after = next.get(address);
      if (falls && after !== undefined) following.push(after);
      if (target !== undefined) following.push(target);
    }
    reached = following;
  }
  return undefined;
}

async function builtFiles(): Promise<string[]> {
  const firmware = await Promise.all(
    ["mps2-an386", "pico", "qemu-rv32"].map(async (name) => (await buildFirmware(loadBoard(name))).files.elf),
  );
  const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
  const addon = join(root, "host", "wasm3-bindings", "build", "Release", "wasm3_bindings.node");
  return existsSync(addon) ? [...firmware, addon] : firmware;
}

const files = process.argv.length > 2 ? process.argv.slice(2) : await builtFiles();
console.log(`| | ${Object.keys(columns).join(" | ")} |`);
console.log(`| --- |${" --- |".repeat(Object.keys(columns).length)}`);
for (const file of files) {
  const architecture = architectureOf(file);
  const operations = disassemble(file, architecture);
  const counts = Object.values(columns).map((name) => {
    const code = operations.get(`op_word_${name}`) ?? operations.get(`op_${name}`);
    return (code && shortestWay(code, architecture)) ?? "-";
  });
  console.log(`| ${basename(file)} | ${counts.join(" | ")} |`);
}
