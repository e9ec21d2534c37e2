import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { seeded, shuffle } from "./random.ts";

/** Pixels of one picture: 28 rows of 28. */
export const pixelsPerDigit = 784;

/** Pictures with their labels; `pixels` is uint8 [count, 28, 28, 1], 0 is paper and 255 is ink. */
export interface Digits {
  count: number;
  pixels: Uint8Array;
  labels: Uint8Array;
}

export interface Split {
  train: Digits;
  validation: Digits;
  test: Digits;
}

/**
 * Reads one class of the `mnist` package from its JSON, uint8 [n, 28, 28, 1].
 * The package stores k / 255 rounded to three decimals; its 256 distinct values give k back exactly.
 */
function readClass(label: number): Uint8Array {
  const path = createRequire(import.meta.url).resolve(`mnist/src/digits/${label}.json`);
  const values = (JSON.parse(readFileSync(path, "utf8")) as { data: number[] }).data;
  return Uint8Array.from(values, (value) => {
    const level = Math.round(value * 255);
    if (Number((level / 255).toFixed(3)) !== value) {
      throw new Error(`digit ${label}: ${value} is not k / 255 rounded to three decimals`);
    }
    return level;
  });
}

function gather(classes: Uint8Array[], picks: number[][]): Digits {
  const count = picks.reduce((sum, pick) => sum + pick.length, 0);
  const pixels = new Uint8Array(count * pixelsPerDigit);
  const labels = new Uint8Array(count);
  let at = 0;
  picks.forEach((pick, label) => {
    for (const index of pick) {
      const start = index * pixelsPerDigit;
      pixels.set(classes[label]!.subarray(start, start + pixelsPerDigit), at * pixelsPerDigit);
      labels[at++] = label;
    }
  });
  return { count, pixels, labels };
}

/**
 * Splits the 10,000 digits: per class, in the order of a seeded shuffle, 100 for test, 50 for validation
 * and the rest for training. Within each part the digits are ordered by class.
 */
export function splitDigits(seed: number): Split {
  const random = seeded(seed);
  const classes = Array.from({ length: 10 }, (_, label) => readClass(label));
  const orders = classes.map((pixels) =>
    shuffle(
      Array.from({ length: pixels.length / pixelsPerDigit }, (_, index) => index),
      random,
    ),
  );
  return {
    test: gather(
      classes,
      orders.map((order) => order.slice(0, 100)),
    ),
    validation: gather(
      classes,
      orders.map((order) => order.slice(100, 150)),
    ),
    train: gather(
      classes,
      orders.map((order) => order.slice(150)),
    ),
  };
}
