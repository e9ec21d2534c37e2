import * as rp2040js from "rp2040js";

type Chip = rp2040js.RP2040;

/** A state machine of rp2040js, as far as its clock goes. */
interface StateMachine {
  clockDivInt: number;
  clockDivFrac: number;
  enabled: boolean;
  step(): void;
}

/**
 * Has rp2040js step the first state machine of PIO 0 by the chip's clock and the machine's divider: by itself it goes as fast as the host
 * does.
 */
export function stepPioByClock(chip: Chip, clockHz: number): void {
  const pio = chip.pio[0]! as unknown as {
    run(): void;
    checkChangedPins(): void;
    machines: StateMachine[];
  };
  const [machine] = pio.machines as [StateMachine];
  const stepsAtOnce = 16;
  let begun = 0;
  let done = 0;
  const alarm = chip.clock.createAlarm(() => {
    if (!machine.enabled) return;
    const hertz = clockHz / (machine.clockDivInt + machine.clockDivFrac / 256);
    const wanted = Math.floor(((chip.clock.nanos - begun) / 1e9) * hertz);
    for (; done < wanted; done++) {
      machine.step();
      pio.checkChangedPins();
    }
    alarm.schedule((stepsAtOnce / hertz) * 1e9);
  });
  pio.run = () => {
    [begun, done] = [chip.clock.nanos, 0];
    alarm.schedule(0);
  };
}

/** Calls `edge` with each new level of a pin that the chip drives. */
function onEdge(chip: Chip, pin: number, edge: (high: boolean) => void): void {
  let before: boolean | undefined;
  chip.gpio[pin]!.addListener((state) => {
    const high = state === rp2040js.GPIOPinState.High;
    if (!high && state !== rp2040js.GPIOPinState.Low) return;
    if (before !== undefined && high !== before) edge(high);
    before = high;
  });
}

/**
 * A PDM microphone: a modulator of the second order, which gives its bit after the clock's falling edge, or after its rising edge.
 *
 * @param sample what it hears at the time of a bit, from -1 to 1
 */
export function connectPdmMicrophone(
  chip: Chip,
  wires: { clock: number; data: number; after: "falling" | "rising" },
  sample: (bit: number) => number,
): void {
  let [first, second, bits] = [0, 0, 0];
  onEdge(chip, wires.clock, (high) => {
    if (high === (wires.after === "falling")) {
      // The other one of two on the same wires, which must not be heard.
      chip.gpio[wires.data]!.setInputValue(bits % 4 === 0);
      return;
    }
    const out = second >= 0 ? 1 : -1;
    first += sample(bits++) - out;
    second += first - out;
    chip.gpio[wires.data]!.setInputValue(out > 0);
  });
}

/**
 * A pair of I2S microphones of 24 bits: the highest bit comes with the second falling edge of the clock after the word select changed.
 *
 * @param sample value i of a slot, from -2^23 to 2^23 - 1
 */
export function connectI2sMicrophones(
  chip: Chip,
  wires: { clock: number; select: number; data: number },
  sample: (i: number, slot: "left" | "right") => number,
): void {
  let selected: boolean | undefined;
  let bit = 0;
  let word = 0;
  const taken = { left: 0, right: 0 };
  onEdge(chip, wires.clock, (high) => {
    if (high) return;
    // With the edge on which the word select changes, the last bit of the slot before is still to come.
    chip.gpio[wires.data]!.setInputValue(bit < 24 && ((word >> (23 - bit)) & 1) === 1);
    bit++;
    const now = chip.gpio[wires.select]!.outputValue;
    if (now !== selected) {
      selected = now;
      const slot = now ? "right" : "left";
      word = sample(taken[slot]++, slot);
      bit = 0;
    }
  });
}
