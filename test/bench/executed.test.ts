import { test } from "uvu";
import * as assert from "uvu/assert";
import { ExecutionLog, isVectorInstruction } from "./executed.js";

const line = (address: string): string =>
  `Trace 0: 0x7fb7c8000400 [00400000/${address}/00000110/ff000201] name\n`;

test("instructions are counted from one marker to the next where there are so many", () => {
  const log = new ExecutionLog(0x70004bb8);
  const marker = line("70004bb8");
  const text = `${line("70000000")}${marker}${line("70000002")}${marker}${line("70000004").repeat(3)}${marker}${line("70000006")}`;
  for (let at = 0; at < text.length; at += 7) log.take(text.slice(at, at + 7));
  assert.equal(
    [...log.executed(4)],
    [
      [0x70004bb8, 1],
      [0x70000004, 3],
    ],
  );
});

test("what was stopped before it was executed does not count", () => {
  const log = new ExecutionLog(0x10);
  const stopped = "Stopped execution of TB chain before 0x7fb7c8000400 [00000020] name\n";
  log.take(`${line("00000010")}${line("00000020")}${stopped}${line("00000020")}${line("00000010")}`);
  assert.equal(log.executed(2).get(0x20), 1);
});

test("what is executed anew for an access to a device counts once", () => {
  const log = new ExecutionLog(0x10);
  const again = "cpu_io_recompile: rewound execution of TB to 00000020\n";
  log.take(`${line("00000010")}${line("00000020")}${again}${line("00000020")}${line("00000010")}`);
  assert.equal(log.executed(2).get(0x20), 1);
});

test("a log that has no stretch of that length is refused", () => {
  const log = new ExecutionLog(0x10);
  assert.throws(() => log.executed(1), /no markers/);
  log.take(line("00000010").repeat(3));
  assert.is(log.executed(1).get(0x10), 1);
  assert.throws(() => log.executed(3), /3 instructions were counted; the log has 1, 1/);
});

test("MVE's instructions are those of vectors and of predicates", () => {
  const vectors = [
    "vmlava.s8 r0, q0, q4",
    "vld40.32 {q0, q1, q2, q3}, [r1]",
    "vpstt",
    "vctp.8 r1",
    "letp lr, 70000000",
  ];
  const others = [
    "vpush {d8-d15}",
    "vmul.f32 s0, s1, s2",
    "le lr, 70000000",
    "vmrs APSR_nzcv, fpscr",
    "ldrd r0, r1, [r9]",
  ];
  const is = (text: string): boolean =>
    isVectorInstruction(text.split(" ")[0]!, text.slice(text.indexOf(" ") + 1));
  assert.ok([...vectors, "vmrs r0, p0", "vmov q0[2], q0[0], r0, r4"].every(is));
  assert.not.ok(others.some(is));
});

test.run();
