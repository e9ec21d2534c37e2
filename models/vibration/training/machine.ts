import { type Random, seeded } from "../../digits/training/random.js";

/** Samples of each axis in a second, and the numbers that an MPU-6050 gives for 1 g in its range of 2 g. */
export const [rate, unit] = [250, 16_384];

/** What goes wrong, and from when on. */
export interface Fault {
  readonly kind: "bearing" | "imbalance";
  readonly from: number;
}

/** Sizes of a rotation's harmonics in g, for each axis, at the mean load: most across the shaft, little along it. */
const harmonics = [
  [0.06, 0.025, 0.012, 0.006],
  [0.05, 0.03, 0.01, 0.005],
  [0.015, 0.01, 0.008, 0.003],
];
/** Phases of the harmonics: of one machine. */
const own = seeded(7);
const phases = harmonics.map((sizes) => sizes.map(() => own.between(0, 2 * Math.PI)));
const gravity = [0.02, -0.05, 0.998];
/** Turns a second, balls that pass a damaged place in a turn, and the housing's resonance in Hz with its damping in a second. */
const [turns, passes, resonance, damping] = [24.3, 3.58, 96, 60];
const noise = 0.012;

/** Normally distributed numbers of mean 0 and deviation 1 (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** A number that wanders between levels, each for some seconds: a load. */
function loads(random: Random, seconds: number): (time: number) => number {
  const levels = Array.from({ length: Math.ceil(seconds) + 2 }, () => random.between(0.75, 1.25));
  return (time) => {
    const [at, part] = [Math.floor(time), time % 1];
    return (levels[at] as number) * (1 - part) + (levels[at + 1] as number) * part;
  };
}

/**
 * The acceleration of a machine's housing, three axes, as an MPU-6050 gives it: a shaft's turns with their harmonics under a
 * changing load, noise and gravity. A worn bearing adds a blow, and the housing's ringing after it, each time a ball passes the
 * damaged place; an imbalance makes the turn itself larger.
 *
 * Source: Randall and Antoni, Rolling element bearing diagnostics: a tutorial, 2011.
 */
export function machine(seconds: number, seed: number, fault?: Fault): Int16Array {
  const random = seeded(seed);
  const load = loads(random, seconds);
  const samples = new Int16Array(seconds * rate * 3);
  let [turn, blow, ringing] = [random.next(), 0, 0];
  let last = 1e9;
  for (let i = 0; i < seconds * rate; i++) {
    const time = i / rate;
    // Under more load it turns more slowly.
    const speed = turns * (1.02 - 0.02 * load(time));
    turn += speed / rate;
    const since = fault === undefined || time < fault.from ? 0 : Math.min(1, (time - fault.from) / 0.5);
    const passed = Math.floor(turn * passes);
    if (fault?.kind === "bearing" && since > 0 && passed !== last) {
      [blow, ringing] = [time - ((turn * passes) % 1) / passes / speed, since * random.between(0.1, 0.2)];
    }
    last = passed;
    const after = time - blow;
    const ring = ringing * Math.exp(-damping * after) * Math.sin(2 * Math.PI * resonance * after);
    for (const [axis, sizes] of harmonics.entries()) {
      const sum = sizes.reduce((total, size, k) => {
        const more = k === 0 && fault?.kind === "imbalance" ? 1 + 1.5 * since : 1;
        const phase = 2 * Math.PI * (k + 1) * turn + (phases[axis]?.[k] as number);
        return total + size * more * load(time) * Math.sin(phase);
      }, 0);
      const part = axis === 2 ? 0.4 : 1;
      const value = (gravity[axis] as number) + sum + part * ring + noise * normal(random);
      samples[i * 3 + axis] = Math.max(-32768, Math.min(32767, Math.round(value * unit)));
    }
  }
  return samples;
}
