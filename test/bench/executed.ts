/**
 * What a board in QEMU executes, instruction by instruction. QEMU is told to translate one instruction at a time and to log each
 * before it is executed (`singlestep`, `-d exec,nochain` of QEMU 7.2); a compiler's disassembler tells what they are.
 */
import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import type { Monitor } from "../boards/qemu-monitor.js";

/** How often an address was executed, by address. */
export type Executed = ReadonlyMap<number, number>;

const traced = "Trace ";
const stopped = "Stopped execution ";
const rewound = "cpu_io_recompile: rewound execution of TB to ";

/** Reads QEMU's log from a pipe, and counts instructions from each execution of `marker` to before the next. */
export class ExecutionLog {
  #rest = "";
  #since = new Map<number, number>();
  #length = 0;
  #seen = false;
  readonly #stretches: { length: number; executed: Executed }[] = [];
  readonly #marker: number;

  constructor(marker: number) {
    this.#marker = marker;
  }

  /** Takes the next part of the log. */
  take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  /** What was executed from one marker to the next, of that length, give or take one. Throws where there is no such. */
  executed(length: number): Executed {
    const found = this.#stretches.find((stretch) => Math.abs(stretch.length - length) <= 1);
    if (found !== undefined) return found.executed;
    const lengths = this.#stretches.map((stretch) => stretch.length).join(", ");
    throw new Error(`${length} instructions were counted; the log has ${lengths || "no markers"}`);
  }

  #line(line: string): void {
    if (line.startsWith(traced)) {
      const at = line.indexOf("/");
      this.#add(Number.parseInt(line.slice(at + 1, at + 9), 16), 1);
    } else if (line.startsWith(stopped)) {
      /* It was logged, and an interrupt or the end of QEMU's turn came first. */
      this.#add(Number.parseInt(line.slice(line.indexOf("[") + 1), 16), -1);
    } else if (line.startsWith(rewound)) {
      /* An access to a device is tried, and then done and logged anew. */
      this.#add(Number.parseInt(line.slice(rewound.length), 16), -1);
    }
  }

  #add(address: number, times: number): void {
    if (address === this.#marker && times > 0) this.#mark();
    this.#since.set(address, (this.#since.get(address) ?? 0) + times);
    this.#length += times;
  }

  #mark(): void {
    if (this.#seen) this.#stretches.push({ length: this.#length, executed: this.#since });
    this.#seen = true;
    this.#since = new Map();
    this.#length = 0;
  }
}

/**
 * The log of what a board executes while something is done.
 *
 * @param pipe path of a pipe that is made here
 */
export async function logDuring(
  monitor: Monitor,
  pipe: string,
  marker: number,
  work: () => Promise<void>,
): Promise<ExecutionLog> {
  execFileSync("mkfifo", [pipe]);
  const log = new ExecutionLog(marker);
  const read = new Promise<void>((resolve, reject) => {
    createReadStream(pipe, { encoding: "latin1", highWaterMark: 1 << 20 })
      .on("data", (text) => log.take(text as string))
      .on("error", reject)
      .on("end", resolve);
  });
  await monitor.type(`logfile ${pipe}`);
  await monitor.type("singlestep on");
  await monitor.type("log exec,nochain");
  await work();
  await monitor.type("log none");
  /* QEMU may keep a log open of which it writes nothing. */
  await monitor.type("logfile /dev/null");
  await monitor.type("singlestep off");
  await read;
  return log;
}

/** Instructions of M-profile vectors that name no vector: predicates, and loops whose tails are predicated. */
const withoutVectors = /^(vpst|vpt|vpnot|vctp|dlstp|wlstp|letp|lctp)/;

/** Whether it is an instruction of MVE, as objdump prints its mnemonic and operands. */
export function isVectorInstruction(mnemonic: string, operands: string): boolean {
  return withoutVectors.test(mnemonic) || /\bq[0-7]\b|\bp0\b/i.test(operands);
}

/** An instruction of a program. */
export interface Instruction {
  function: string;
  isVector: boolean;
}

/** The instructions of a program by their address, each of the function in front of it. */
export function disassemble(elf: string): Map<number, Instruction> {
  const text = execFileSync("arm-none-eabi-objdump", ["-t", "-d", "-m", "armv8.1-m.main", elf], {
    encoding: "latin1",
    maxBuffer: 1 << 28,
  });
  const instructions = new Map<number, Instruction>();
  const functions = new Set(
    [...text.matchAll(/^[0-9a-f]{8} .{6}F .*\s(\S+)$/gm)].map(([, symbol]) => symbol),
  );
  let name = "";
  for (const line of text.split("\n")) {
    const label = /^[0-9a-f]+ <(.*)>:$/.exec(line);
    if (label && functions.has(label[1])) name = label[1]!;
    const [address, , mnemonic, operands] = line.split("\t");
    if (mnemonic === undefined || !/^ *[0-9a-f]+:$/.test(address!)) continue;
    const isVector = isVectorInstruction(mnemonic, operands ?? "");
    instructions.set(Number.parseInt(address!, 16), { function: name, isVector });
  }
  return instructions;
}
