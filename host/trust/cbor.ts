import { decode, encode } from "cborg";
import { z } from "zod";
import { type ErrorCode, WasmoteError } from "../errors.js";

/** A byte string. */
export function byteString(expected: string, fits: (length: number) => boolean = () => true) {
  return z.custom<Uint8Array>((found) => found instanceof Uint8Array && fits(found.length), {
    error: expected,
  });
}

/** An unsigned number of 32 bits, from `least` on. */
export function uint32(least = 0) {
  return z.int(`a number from ${least} on`).min(least).max(0xffffffff);
}

/**
 * Decodes CBOR that has one form alone, the deterministic one (RFC 8949, 4.2.1), and no fields besides those of the
 * schema: what was signed means the same to everyone.
 *
 * @param code of the error that is thrown for anything else
 * @param useMaps whether maps are given as `Map`: where their keys are no texts
 */
export function decodeStrictly<T>(
  bytes: Uint8Array,
  schema: z.ZodType<T>,
  code: ErrorCode,
  useMaps = false,
): T {
  let found: unknown;
  try {
    found = decode(bytes, { strict: true, rejectDuplicateMapKeys: true, useMaps });
  } catch {
    throw new WasmoteError(code, "what should be CBOR is none");
  }
  const parsed = schema.safeParse(found);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue?.path.join(".") ?? "";
    throw new WasmoteError(code, at === "" ? `${issue?.message}` : `${at}: ${issue?.message}`);
  }
  if (Buffer.compare(encode(found), bytes) !== 0) {
    throw new WasmoteError(code, "its CBOR is not in the deterministic form");
  }
  return parsed.data;
}
