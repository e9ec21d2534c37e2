import { sectionsOf } from "./sections.js";

/** A stretch of the new file that may come from the old one, from `shift` bytes further on. */
export interface Alignment {
  start: number;
  end: number;
  shift: number;
}

/** Bytes by which stretches that are equal in both files are found. */
const anchorBytes = 6;
/** Stretches that are equal are looked at so far beyond their ends, where the files may be alike. */
const margin = 48;
/** Places in the old file with the same bytes that are looked at. */
const mostTries = 48;

/** Weights are compared at other places, in stretches of so many bytes, as far away as so many steps of 16 bytes. */
const stretch = 512;
const mostSteps = 512;
const stepBytes = 16;
/** A mean difference of bytes from which on they have nothing to do with each other; of random bytes it is 64. */
const unlike = 24;

/** Where pieces of the new file may come from: none overlaps or touches another of the same shift. */
export function findAlignments(old: Uint8Array, bytes: Uint8Array): Alignment[] {
  return merged([...fromSections(old, bytes), ...fromAnchors(old, bytes)]).filter(
    ({ start, end }) => end > start,
  );
}

/** Sections of the same name: from the start, and up to the end; and weights also from near by. */
function fromSections(old: Uint8Array, bytes: Uint8Array): Alignment[] {
  const whole = { start: 0, end: bytes.length };
  const found: Alignment[] = [within(whole, 0, old), within(whole, old.length - bytes.length, old)];
  const others = sectionsOf(old);
  for (const section of sectionsOf(bytes)) {
    const at = others.findIndex(({ name, custom }) => name === section.name && custom === section.custom);
    const [other] = at < 0 ? [] : others.splice(at, 1);
    if (other === undefined) continue;
    const own = { start: section.offset, end: section.offset + section.bytes.length };
    const first = other.offset - section.offset;
    found.push(within(own, first, old));
    found.push(within(own, first + other.bytes.length - section.bytes.length, old));
    if (section.name === "wasmote.weights") found.push(...nearBy(own, first, old, bytes));
  }
  return found;
}

/** The part of a stretch that lies in the old file. */
function within({ start, end }: Pick<Alignment, "start" | "end">, shift: number, old: Uint8Array): Alignment {
  return { start: Math.max(start, -shift), end: Math.min(end, old.length - shift), shift };
}

/** For each stretch of weights the shift, of a multiple of 16 bytes from the section's own, whose bytes differ least. */
function nearBy(
  own: Pick<Alignment, "start" | "end">,
  first: number,
  old: Uint8Array,
  bytes: Uint8Array,
): Alignment[] {
  const found: Alignment[] = [];
  for (let start = own.start; start < own.end; start += stretch) {
    const end = Math.min(own.end, start + stretch);
    let least = unlike * (end - start);
    let best: number | undefined;
    for (let step = 0; step <= 2 * mostSteps; step++) {
      const shift = first + stepBytes * (step & 1 ? -((step + 1) >> 1) : step >> 1);
      if (start + shift < 0 || end + shift > old.length) continue;
      const distance = distanceWithin(old, start + shift, bytes, start, end, least);
      if (distance < least) [least, best] = [distance, shift];
    }
    if (best !== undefined)
      found.push(
        within(
          { start: Math.max(own.start, start - stretch), end: Math.min(own.end, end + stretch) },
          best,
          old,
        ),
      );
  }
  return found;
}

/** Sum of the differences of signed bytes, each of at most 64; or `most`, if it is no less. */
function distanceWithin(
  old: Uint8Array,
  from: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  most: number,
): number {
  let sum = 0;
  for (let at = start; at < end && sum < most; at++, from++) {
    const value = (((bytes[at] as number) - (old[from] as number)) << 24) >> 24;
    sum += Math.min(64, Math.abs(value));
  }
  return Math.min(sum, most);
}

/** Stretches of at least `anchorBytes` equal bytes, and their surroundings. */
function fromAnchors(old: Uint8Array, bytes: Uint8Array): Alignment[] {
  const { first, following, slotOf } = indexOf(old);
  const found: Alignment[] = [];
  const whole = { start: 0, end: bytes.length };
  let covered = 0;
  for (let at = 0; at + anchorBytes <= bytes.length; at++) {
    let longest = Math.max(anchorBytes - 1, covered - at);
    let best: number | undefined;
    let place = first[slotOf(bytes, at)] as number;
    for (let tries = 0; place >= 0 && tries < mostTries; tries++, place = following[place] as number) {
      const length = equalBytes(old, place, bytes, at);
      if (length > longest) [longest, best] = [length, place];
    }
    if (best === undefined) continue;
    covered = at + longest;
    const own = { start: Math.max(whole.start, at - margin), end: Math.min(whole.end, covered + margin) };
    found.push(within(own, best - at, old));
    // Within a long stretch others are of no use.
    if (longest >= 64) at = covered - 32;
  }
  return found;
}

function equalBytes(old: Uint8Array, place: number, bytes: Uint8Array, at: number): number {
  const most = Math.min(old.length - place, bytes.length - at, 4096);
  let length = 0;
  while (length < most && old[place + length] === bytes[at + length]) length++;
  return length;
}

/** Places of the old file by a hash of the bytes there: the first of each, and the next with the same after each. */
function indexOf(old: Uint8Array) {
  const slots = 1 << 16;
  const slotOf = (of: Uint8Array, at: number): number => {
    let hash = 0;
    for (let i = 0; i < anchorBytes; i++) hash = Math.imul(hash ^ (of[at + i] as number), 0x9e3779b1);
    return (hash >>> 16) & (slots - 1);
  };
  const first = new Int32Array(slots).fill(-1);
  const following = new Int32Array(old.length).fill(-1);
  for (let place = old.length - anchorBytes; place >= 0; place--) {
    const slot = slotOf(old, place);
    following[place] = first[slot] as number;
    first[slot] = place;
  }
  return { first, following, slotOf };
}

/** Those of one shift that overlap or touch, as one. */
function merged(alignments: readonly Alignment[]): Alignment[] {
  const sorted = [...alignments].sort((a, b) => a.shift - b.shift || a.start - b.start);
  const found: Alignment[] = [];
  for (const each of sorted) {
    const last = found.at(-1);
    if (last !== undefined && last.shift === each.shift && each.start <= last.end)
      last.end = Math.max(last.end, each.end);
    else found.push({ ...each });
  }
  return found;
}
