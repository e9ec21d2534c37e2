import * as rp2040js from "rp2040js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Rp2040Chip, type Rp2040Parts } from "../../../host/device/emulators/rp2040-chip.js";
import { addressOf, bootImage, thumb, word } from "./thumb.js";

const uart = 0x40034000;
const flags = 0x18;
const systick = 0xe000e010;
const vectorTable = 0xe000ed08;
const watchdog = 0x40058000;
const trigger = 0x80000000;
const ringOscillator = 0x40060000;
const randomBit = 0x1c;
const letter = (text: string): number => text.charCodeAt(0);

type Program = Parameters<typeof bootImage>[0];

/** Says 'A' for ever as soon as it is called; r7 is the UART. */
const sayA = [thumb.move(1, letter("A")), thumb.store(1, 7)] as const;

function start(program: Program): { chip: Rp2040Chip; said: () => string } {
  const bytes: number[] = [];
  const chip = new Rp2040Chip(rp2040js, bootImage(program), (byte) => bytes.push(byte));
  return { chip, said: () => String.fromCharCode(...bytes) };
}

/** A program that first has handlers of exceptions set, by number, in a table at the start of RAM. */
function withHandlers(handlers: Record<number, number>, program: Program): Program {
  const entries = Object.entries(handlers).flatMap(([number, at]) => [
    word(1, addressOf(at)),
    thumb.store(1, 0, 4 * Number(number)),
  ]);
  return [
    word(7, uart),
    word(0, 0x20000000),
    word(2, vectorTable),
    thumb.store(0, 2),
    ...entries,
    ...program,
  ];
}
/** Instructions that `withHandlers` puts before a program, for so many handlers. */
const prologue = (handlers: number): number => 4 + 2 * handlers;

const echo: Program = [
  word(7, uart),
  thumb.load(1, 7, flags),
  thumb.shiftLeft(1, 1, 27),
  thumb.branchIfNegative(-4),
  thumb.load(1, 7),
  thumb.store(1, 7),
  thumb.branch(-7),
];

test("a program gets what is sent, byte by byte, and what it sends arrives", () => {
  const { chip, said } = start(echo);
  assert.is(chip.stopped, undefined);
  chip.send(Buffer.from("a longer line than the chip's queue of 32 bytes takes at once"));
  assert.not(chip.idle);
  chip.run(2000);
  assert.is(said(), "a longer line than the chip's queue of 32 bytes takes at once");
  assert.ok(chip.cycles > 2000, String(chip.cycles));
});

test("a program is idle once it has looked for input in vain a thousand times, until there is some", () => {
  const { chip } = start(echo);
  chip.run(2000);
  assert.not(chip.idle);
  chip.run(3000);
  assert.ok(chip.idle);
  chip.send(Uint8Array.of(1));
  assert.not(chip.idle);
  chip.run(64);
  assert.not(chip.idle, "it has just had some");
  chip.run(5000);
  assert.ok(chip.idle);
});

test("what a program sends shows that it is not idle", () => {
  const look = [thumb.load(1, 7, flags), thumb.load(1, 7, flags), thumb.load(1, 7, flags)];
  const { chip } = start([word(7, uart), ...look, ...sayA, thumb.branch(-7)]);
  chip.run(20_000);
  assert.not(chip.idle);
});

test("an access that a real chip answers with a fault is a hard fault", () => {
  const at = prologue(1);
  for (const [what, address] of [
    ["unaligned", 0x20000001],
    ["nothing there", 0x60000000],
  ] as const) {
    const program = withHandlers({ 3: at + 3 }, [
      word(3, address),
      thumb.load(1, 3),
      thumb.stay,
      ...sayA,
      thumb.stay,
    ]);
    const { chip, said } = start(program);
    chip.run(200);
    assert.is(said(), "A", what);
    assert.is(chip.stopped, undefined, what);
  }
});

test("an unknown instruction, and a breakpoint that is none of the boot ROM's, are hard faults", () => {
  for (const instruction of [thumb.undefined, thumb.breakpoint(7)]) {
    const at = prologue(1);
    const { chip, said } = start(withHandlers({ 3: at + 2 }, [instruction, thumb.stay, ...sayA, thumb.stay]));
    chip.run(200);
    assert.is(said(), "A", instruction.toString(16));
  }
});

test("a fault in the handler of a fault locks the chip up, and so does one while its frame is written", () => {
  const at = prologue(1);
  const inHandler = start(withHandlers({ 3: at + 1 }, [thumb.breakpoint(7), thumb.breakpoint(9)]));
  inHandler.chip.run(200);
  assert.match(inHandler.chip.stopped!, /^it locked up near 0x20041f[0-9a-f]{2}: breakpoint 9$/);
  const noStack = start(
    withHandlers({ 3: at + 3 }, [
      word(3, 0x60000000),
      thumb.moveToStackPointer(3),
      thumb.breakpoint(7),
      thumb.stay,
    ]),
  );
  noStack.chip.run(200);
  assert.match(noStack.chip.stopped!, /^it locked up near 0x20041f[0-9a-f]{2}: /);
  const { cycles } = inHandler.chip;
  inHandler.chip.run(200);
  assert.is(inHandler.chip.cycles, cycles, "it does not go on");
});

test("the functions of the boot ROM are called as a program calls them", () => {
  const eraseCode = letter("R") | (letter("E") << 8);
  const { chip, said } = start([
    word(7, uart),
    thumb.move(0, 0x18),
    0x8802, // ldrh r2, [r0]
    word(1, eraseCode),
    thumb.callRegister(2),
    0x4603, // mov r3, r0
    thumb.move(0, 0),
    word(1, 4096),
    thumb.callRegister(3),
    word(2, 0x10000000),
    thumb.load(1, 2),
    thumb.store(1, 7),
    ...sayA,
    thumb.stay,
  ]);
  chip.run(200);
  assert.is(said(), "\xffA");
  assert.is(chip.stopped, undefined);
});

test("the watchdog resets the chip, which keeps its flash and starts anew", () => {
  const { chip, said } = start([
    word(7, uart),
    ...sayA,
    word(2, watchdog),
    word(3, trigger),
    thumb.store(3, 2),
    thumb.stay,
  ]);
  chip.run(320);
  assert.is(said(), "A".repeat(10));
  assert.ok(chip.cycles < 200, `${chip.cycles} cycles since the last reset`);
  assert.is(chip.stopped, undefined);
});

test("writing SysTick's counter has it start from its reload value", () => {
  const { chip, said } = start([
    word(7, uart),
    word(2, systick),
    thumb.move(1, 5),
    thumb.store(1, 2),
    word(1, 0x7fff),
    thumb.store(1, 2, 4),
    thumb.store(1, 2, 8),
    thumb.load(1, 2, 8),
    thumb.shiftRight(1, 1, 8),
    thumb.store(1, 7),
    thumb.shiftRight(1, 1, 8),
    thumb.store(1, 7),
    thumb.stay,
  ]);
  chip.run(64);
  assert.is(said(), "\x7f\0");
});

test("SysTick interrupts at its cycle, also a program that waits for it", () => {
  const at = prologue(1);
  const { chip, said } = start(
    withHandlers({ 15: at + 8 }, [
      word(2, systick),
      word(1, 10_000),
      thumb.store(1, 2, 4),
      thumb.store(1, 2, 8),
      thumb.move(1, 7),
      thumb.store(1, 2),
      thumb.waitForInterrupt,
      thumb.branch(-3),
      ...sayA,
      thumb.stay,
    ]),
  );
  while (chip.cycles < 9900) chip.run(32);
  assert.is(said(), "");
  while (chip.cycles < 10_200) chip.run(32);
  assert.is(said(), "A");
});

test("the ring oscillator's RANDOMBIT gives what its output is looked at to be, and random bits unless told", () => {
  const looking: Program = [
    word(7, uart),
    word(2, ringOscillator),
    thumb.load(1, 2, randomBit),
    thumb.store(1, 7),
    thumb.branch(-4),
  ];
  const bits = (parts?: Rp2040Parts): number[] => {
    const given: number[] = [];
    const chip = new Rp2040Chip(rp2040js, bootImage(looking), (byte) => given.push(byte), "uart", parts);
    chip.run(1000);
    return given.slice(0, 200);
  };
  let looks = 0;
  const told = bits({ lookAtOscillator: () => (looks++ % 3 === 0 ? 1 : 0) });
  assert.equal(told.slice(0, 6), [1, 0, 0, 1, 0, 0]);
  const random = bits();
  assert.is(random.length, 200);
  assert.equal([...new Set(random)].sort(), [0, 1]);
});

test("a chip whose second stage is damaged does not run", () => {
  const image = bootImage(echo);
  image[3]! ^= 1;
  const chip = new Rp2040Chip(rp2040js, image, () => undefined);
  assert.match(chip.stopped!, "checksum");
  chip.run(1000);
  assert.is(chip.cycles, 0);
});

test.run();
