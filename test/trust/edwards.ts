/**
 * The curve of Ed25519 with numbers of any size, for signatures that no library makes. Source: RFC 8032, 5.1. Nothing here takes
 * the same time for all secrets.
 */
import { createHash } from "node:crypto";

const p = 2n ** 255n - 19n;
/** Order of the group that the base point makes. */
export const order = 2n ** 252n + 27742317777372353535851937790883648493n;

export interface Point {
  x: bigint;
  y: bigint;
}

const modulo = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = modulo(base, p), left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}

const inverse = (value: bigint): bigint => power(value, p - 2n);
const d = modulo(-121665n * inverse(121666n), p);
const rootOfMinusOne = power(2n, (p - 1n) / 4n);

/** The point with this y and an x of this parity; undefined where there is none. */
export function pointOf(y: bigint, odd: boolean): Point | undefined {
  const square = modulo((y * y - 1n) * inverse(d * y * y + 1n), p);
  let x = power(square, (p + 3n) / 8n);
  if (modulo(x * x - square, p) !== 0n) x = (x * rootOfMinusOne) % p;
  if (modulo(x * x - square, p) !== 0n) return undefined;
  return { x: ((x & 1n) === 1n) === odd ? x : modulo(-x, p), y };
}

export const base: Point = pointOf(modulo(4n * inverse(5n), p), false)!;
export const neutral: Point = { x: 0n, y: 1n };

export function add(a: Point, b: Point): Point {
  const product = modulo(d * a.x * b.x * a.y * b.y, p);
  return {
    x: modulo((a.x * b.y + a.y * b.x) * inverse(1n + product), p),
    y: modulo((a.y * b.y + a.x * b.x) * inverse(1n - product), p),
  };
}

export function times(scalar: bigint, point: Point): Point {
  let result = neutral;
  for (let doubled = point, left = scalar; left > 0n; left >>= 1n) {
    if (left & 1n) result = add(result, doubled);
    doubled = add(doubled, doubled);
  }
  return result;
}

/** The 8 points whose order divides 8. Another point times the order of the base point is one of them, and makes all if its own is 8. */
export function smallOrderPoints(): Point[] {
  for (let y = 2n; ; y++) {
    const point = pointOf(y, false);
    const small = point && times(order, point);
    if (small !== undefined && times(4n, small).y !== 1n)
      return Array.from({ length: 8 }, (_, i) => times(BigInt(i), small));
  }
}

/** A number in 32 bytes, the least first. */
export function bytesOf(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse());
}

export function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

/** How a point is written. */
export const encode = ({ x, y }: Point): Uint8Array => bytesOf(y + ((x & 1n) << 255n));

/**
 * All ways to write a point that a lenient decoder takes for it: with y or, where there is room in 255 bits, y + p; and with either sign where x is
 * 0. The first is the right one.
 */
export function encodings({ x, y }: Point): Uint8Array[] {
  const signs = x === 0n ? [0n, 1n] : [x & 1n];
  const values = y + p < 2n ** 255n ? [y, y + p] : [y];
  return values.flatMap((value) => signs.map((sign) => bytesOf(value + (sign << 255n))));
}

/** The secret scalar of a seed. */
export function scalarOf(seed: Uint8Array): bigint {
  const half = createHash("sha512").update(seed).digest().subarray(0, 32);
  half[0]! &= 248;
  half[31] = (half[31]! & 127) | 64;
  return numberOf(half);
}

/** What of a signature is hashed, modulo the order. */
export function challengeOf(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return modulo(numberOf(createHash("sha512").update(r).update(key).update(message).digest()), order);
}

/**
 * The signature of who knows the scalar, with R = nonce * base + `more`, which may be written in any way.
 *
 * @param r how R is written
 */
export function signatureWith(
  scalar: bigint,
  nonce: bigint,
  r: Uint8Array,
  key: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  const s = modulo(nonce + challengeOf(r, key, message) * scalar, order);
  return Uint8Array.from([...r, ...bytesOf(s)]);
}
