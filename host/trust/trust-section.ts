import { encode } from "cborg";
import { z } from "zod";
import { WasmoteError } from "../errors.js";
import { byteString, decodeStrictly, uint32 } from "./cbor.js";

/** What a signer says of a model: which one it is, and where it may run. */
export interface Trust {
  /** Which model it is, over all its versions: 1 to 64 bytes of UTF-8. */
  id: string;
  /** Its version, from 1 on: a board that has confirmed one takes none below. */
  version: number;
  /** The boards that it is for: families, by their ports' folders ("rp2", "mps2"), or boards; absent for all. */
  for?: string[];
  /** The least interface (ABI) of the firmware. */
  abi: number;
  /** Whether it may replace a higher version. */
  downgrade?: true;
  /** Good runs that confirm a trial; 0 where the host alone confirms; absent for 16. */
  runs?: number;
}

/** Good runs that confirm a trial where a model does not say. */
export const defaultRuns = 16;

/** Most that a name of a model takes, in bytes. */
export const maxIdBytes = 64;

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length;
const name = z
  .string("a text")
  .refine(
    (text) => utf8Bytes(text) >= 1 && utf8Bytes(text) <= maxIdBytes,
    `a text of 1 to ${maxIdBytes} bytes`,
  );

const schema: z.ZodType<Trust & { pad: Uint8Array }> = z.strictObject({
  id: name,
  version: uint32(1),
  for: z.array(name).min(1).exactOptional(),
  abi: uint32(1),
  downgrade: z.literal(true).exactOptional(),
  runs: uint32().exactOptional(),
  pad: byteString("zeros that fill up"),
});

/**
 * Encodes the contents of the section `wasmote.trust`.
 *
 * @param padBytes how many bytes fill it up
 * @throws `trust-invalid` where a field has a value that it may not have
 */
export function encodeTrust(trust: Trust, padBytes: number): Uint8Array {
  const bytes = encode({ ...trust, pad: new Uint8Array(padBytes) });
  decodeTrust(bytes);
  return bytes;
}

/** Decodes the contents of the section `wasmote.trust`. Throws `trust-invalid`. */
export function decodeTrust(contents: Uint8Array): Trust {
  const { pad, ...trust } = decodeStrictly(contents, schema, "trust-invalid");
  if (pad.some((byte) => byte !== 0)) throw new WasmoteError("trust-invalid", "pad: zeros are expected");
  return trust;
}
