/** WebAssembly text of loops and sequences that superinstructions take, and of ones that only look like them. */

/** Numbers in [0, 2^32), the same for the same seed. */
export function random(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Chooses the names of locals: by itself each its own, or at random from a pool, so that they are often the same. */
export type Choose = (name: string, pool: readonly string[]) => string;

export const pointers = ["p", "q", "r", "w", "o", "e"];
export const words = ["i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8", "i9"];
export const longs = ["l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9"];

const get = (name: string): string => `(local.get $${name})`;
const set = (name: string, value: string): string => `(local.set $${name} ${value})`;
const tee = (name: string, value: string): string => `(local.tee $${name} ${value})`;

const advance = (name: string, step: string): string => set(name, `(i32.add ${get(name)} ${step})`);
const advanceLast = (name: string, step: string, end: string): string =>
  `(br_if $again (i32.lt_u ${tee(name, `(i32.add ${get(name)} ${step})`)} ${end}))`;

interface Offsets {
  p: number;
  w: number;
  o: number;
}

/** Four inputs by four outputs: the inner loop of convolutions ("i64") and of fully connected layers ("i32"). */
export function multiplyLoop(type: "i32" | "i64", choose: Choose, at: Offsets, end: string): string {
  const pool = type === "i64" ? longs : words;
  const bytes = type === "i64" ? 8 : 1;
  const load = type === "i64" ? "i64.load" : "i32.load8_s";
  const first = type === "i64" ? "l" : "i";
  const x = [0, 1, 2, 3].map((k) => choose(`${first}${k}`, pool));
  const sums = [4, 5, 6, 7].map((n) => choose(`${first}${n}`, pool));
  const [p, w] = [choose("p", pointers), choose("w", pointers)];
  const rows = sums.map((sum, n) => {
    let value = get(sum);
    for (let k = 0; k < 4; k++) {
      const input =
        n === 0 ? tee(x[k] as string, `(${load} offset=${at.p + bytes * k} ${get(p)})`) : get(x[k] as string);
      value = `(${type}.add ${value} (${type}.mul ${input} (${type}.load8_s offset=${at.w + 4 * n + k} ${get(w)})))`;
    }
    return set(sum, value);
  });
  return `(loop $again ${rows.join("\n")} ${advance(w, "(i32.const 16)")}
    ${advanceLast(p, `(i32.const ${4 * bytes})`, end)})`;
}

/**
 * Products of `taps`, added up one after the other, in locals: a temporary of each product, and one of their sum. Only
 * so do the slots that a superinstruction leaves behind show.
 *
 * @param x the local that keeps each input, if any does
 */
function productsInLocals(
  type: "i32" | "i64",
  inputs: readonly { x?: string; load: string; weight: string }[],
  { first, sum, temporary }: { first: string; sum: string; temporary: string },
  last: string,
): string {
  return inputs
    .map(({ x, load, weight }, n) => {
      const held = n === 0 ? sum : temporary;
      const before = n === 0 ? first : sum;
      const input = set(held, x === undefined ? load : tee(x, load));
      const product = `(${type}.mul ${get(held)} ${weight})`;
      return `${input} ${set(n === inputs.length - 1 ? last : sum, `(${type}.add ${get(before)} ${product})`)}`;
    })
    .join("\n");
}

/** As `multiplyLoop`, with every sum and product in a local of its own. */
export function multiplyLoopInLocals(type: "i32" | "i64", choose: Choose, at: Offsets, end: string): string {
  const pool = type === "i64" ? longs : words;
  const bytes = type === "i64" ? 8 : 1;
  const load = type === "i64" ? "i64.load" : "i32.load8_s";
  const first = type === "i64" ? "l" : "i";
  const x = [0, 1, 2, 3].map((k) => choose(`${first}${k}`, pool));
  const sums = [4, 5, 6, 7].map((n) => choose(`${first}${n}`, pool));
  const [sum, temporary] = [choose(`${first}8`, pool), choose(`${first}9`, pool)];
  const [p, w] = [choose("p", pointers), choose("w", pointers)];
  const weight = (n: number): string => `(${type}.load8_s offset=${at.w + n} ${get(w)})`;
  const rows = sums.map((last, n) => {
    if (n === 0) {
      const inputs = x.map((name, k) => ({
        x: name,
        load: `(${load} offset=${at.p + bytes * k} ${get(p)})`,
        weight: weight(k),
      }));
      return productsInLocals(type, inputs, { first: last, sum, temporary }, last);
    }
    return x
      .map((name, k) => {
        const product = `(${type}.mul ${get(name)} ${weight(4 * n + k)})`;
        return set(k === 3 ? last : sum, `(${type}.add ${get(k === 0 ? last : sum)} ${product})`);
      })
      .join("\n");
  });
  return `(loop $again ${rows.join("\n")} ${advance(w, "(i32.const 16)")}
    ${advanceLast(p, `(i32.const ${4 * bytes})`, end)})`;
}

/** Nine taps, each product and sum in a local. */
export function tapsInLocals(choose: Choose, at: Offsets): string {
  const rows = ["p", "q", "r"].map((name) => choose(name, pointers));
  const w = choose("w", pointers);
  const [sum, temporary] = [choose("l8", longs), choose("l9", longs)];
  const inputs = Array.from({ length: 9 }, (_, tap) => ({
    load: `(i64.load offset=${at.p + 8 * (tap % 3)} ${get(rows[Math.floor(tap / 3)] as string)})`,
    weight: `(i64.load8_s offset=${at.w + 4 * tap} ${get(w)})`,
  }));
  const names = { first: choose("l1", longs), sum, temporary };
  return productsInLocals("i64", inputs, names, choose("l0", longs));
}

/** Four inputs by a weight each, added to a sum each: the inner loop of depthwise convolutions of whole maps. */
export function multiplyEachLoop(
  choose: Choose,
  at: Offsets,
  end: string,
  form: "on the stack" | "in locals" = "on the stack",
): string {
  const [p, w, temporary] = [choose("p", pointers), choose("w", pointers), choose("i9", words)];
  const products = [0, 1, 2, 3].map((k) => {
    const sum = choose(`i${k}`, words);
    const load = `(i32.load8_s offset=${at.p + k} ${get(p)})`;
    const weight = `(i32.load8_s offset=${at.w + k} ${get(w)})`;
    const [before, input] = form === "in locals" ? [set(temporary, load), get(temporary)] : ["", load];
    return `${before} ${set(sum, `(i32.add ${get(sum)} (i32.mul ${input} ${weight}))`)}`;
  });
  return `(loop $again ${products.join("\n")} ${advance(p, "(local.get $s0)")}
    ${advanceLast(w, "(i32.const 4)", end)})`;
}

/** As `multiplyEachLoop`, with the inputs in a local. */
export function multiplyEachLoopInLocals(choose: Choose, at: Offsets, end: string): string {
  return multiplyEachLoop(choose, at, end, "in locals");
}

/** Three bytes packed into 21-bit lanes. */
export function packLoop(choose: Choose, at: Offsets, end: string): string {
  const [a, b, c] = [choose("q", pointers), choose("r", pointers), choose("w", pointers)];
  const p = choose("p", pointers);
  const byte = (name: string): string => `(i64.load8_s offset=${at.w} ${get(name)})`;
  return `(loop $again
    (i64.store offset=${at.p} ${get(p)} (i64.add (i64.add ${byte(a)} (i64.shl ${byte(b)} (i64.const 21)))
      (i64.shl ${byte(c)} (i64.const 42))))
    ${advance(a, "(local.get $s0)")} ${advance(b, "(local.get $s1)")} ${advance(c, "(i32.const 1)")}
    ${advanceLast(p, "(i32.const 8)", end)})`;
}

/** Sums requantized, limited and stored. */
export function requantizeLoop(
  choose: Choose,
  at: Offsets,
  end: string,
  form: "shifted first" | "copied" = "shifted first",
): string {
  const [sums, output] = [choose("p", pointers), choose("o", pointers)];
  const [bias, low, high, value] = ["i0", "i1", "i2", "i3"].map((name) => choose(name, words)) as [
    string,
    string,
    string,
    string,
  ];
  const [multiplier, offset, right, t] = ["l0", "l1", "l2", "l3"].map((name) => choose(name, longs)) as [
    string,
    string,
    string,
    string,
  ];
  const swapped = { "i32.lt_s": "i32.gt_s", "i32.gt_s": "i32.lt_s" };
  const limited = (test: keyof typeof swapped, bound: string, before: string): string => {
    const comparison =
      form === "copied"
        ? `(${swapped[test]} ${get(bound)} ${get(value)})`
        : `(${test} ${get(value)} ${get(bound)})`;
    return `(select ${tee(value, before)} ${get(bound)} ${comparison})`;
  };
  const product = tee(
    t,
    `(i64.shr_s (i64.add (i64.mul (i64.extend_i32_s (i32.add (i32.load offset=${at.p} ${get(sums)}) ${get(bias)}))
      ${get(multiplier)}) (i64.const 0x40000000)) (i64.const 31))`,
  );
  const rounded =
    form === "copied"
      ? `(i64.add ${product} (i64.shr_s ${get(t)} (i64.const 63)))`
      : `(i64.add (i64.shr_s ${product} (i64.const 63)) ${get(t)})`;
  return `(loop $again
    (i32.store8 offset=${at.o} ${get(output)} ${limited(
      "i32.lt_s",
      high,
      limited(
        "i32.gt_s",
        low,
        `(i32.wrap_i64 (i64.shr_s (i64.add ${rounded} ${get(offset)}) ${get(right)}))`,
      ),
    )})
    ${advance(output, "(local.get $s0)")} ${advanceLast(sums, "(i32.const 4)", end)})`;
}

/** As \`requantizeLoop\`, with a copy of the product on the stack, and comparisons the other way round. */
export function requantizeLoopCopied(choose: Choose, at: Offsets, end: string): string {
  return requantizeLoop(choose, at, end, "copied");
}

/** Nine taps, then the lanes stored or added. */
export function taps(choose: Choose, at: Offsets): string {
  const rows = ["p", "q", "r"].map((name) => choose(name, pointers));
  const [w, o, sum] = [choose("w", pointers), choose("o", pointers), choose("l0", longs)];
  let value = get(choose("l1", longs));
  for (let tap = 0; tap < 9; tap++) {
    const load = `(i64.load offset=${at.p + 8 * (tap % 3)} ${get(rows[Math.floor(tap / 3)] as string)})`;
    value = `(i64.add ${value} (i64.mul ${load} (i64.load8_s offset=${at.w + 4 * tap} ${get(w)})))`;
  }
  const lanes = [
    `(i32.wrap_i64 ${tee(sum, value)})`,
    `(i32.wrap_i64 (i64.shr_s ${get(sum)} (i64.const 21)))`,
    `(i32.wrap_i64 (i64.shr_u ${get(sum)} (i64.const 42)))`,
  ];
  const masked = (n: number): string =>
    n < 2 ? `(i32.and ${lanes[n]} (i32.const 0x1fffff))` : (lanes[n] as string);
  const stores = [0, 1].map((n) => `(i32.store offset=${at.o + 4 * n} ${get(o)} ${masked(n)})`);
  return `${stores.join("\n")} (i64.store32 offset=${at.o + 8} ${get(o)} (i64.shr_u ${get(sum)} (i64.const 42)))
    ${addLanes(choose, at)}`;
}

/** Three lanes added to what lies in memory. */
export function addLanes(choose: Choose, at: Offsets): string {
  const [o, s] = [choose("e", pointers), choose("l2", longs)];
  const lane = [
    `(i32.and (i32.wrap_i64 ${get(s)}) (i32.const 0x1fffff))`,
    `(i32.and (i32.wrap_i64 (i64.shr_s ${get(s)} (i64.const 21))) (i32.const 0x1fffff))`,
    `(i32.wrap_i64 (i64.shr_u ${get(s)} (i64.const 42)))`,
  ];
  return lane
    .map((value, n) => {
      const place = `offset=${at.o + 4 * n} ${get(o)}`;
      return `(i32.store ${place} (i32.add (i32.load ${place}) ${value}))`;
    })
    .join("\n");
}

/** Ten words that follow one another, loaded into as many locals. */
export function loads(choose: Choose, at: Offsets): string {
  const p = choose("p", [...pointers, ...words]);
  return words
    .map((name, n) =>
      set(choose(name, [...pointers, ...words]), `(i32.load offset=${at.p + at.w + 4 * n} ${get(p)})`),
    )
    .join("\n");
}
