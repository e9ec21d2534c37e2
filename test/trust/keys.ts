import { createPrivateKey } from "node:crypto";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import { type PrivateKey, readPrivateKey } from "../../host/trust/keys.js";

/** PKCS#8 around a seed of Ed25519 (RFC 8410, 7). */
const pkcs8Head = "302e020100300506032b657004220420";

/** The private key of a seed of 32 bytes, in hexadecimal digits. */
export function keyOfSeed(seed: string): PrivateKey {
  const der = Buffer.from(pkcs8Head + seed, "hex");
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return readPrivateKey(key.export({ format: "pem", type: "pkcs8" }) as string);
}

/** A key for tests: the one whose seed is this number 32 times. */
export function testKey(number: number): PrivateKey {
  return keyOfSeed(number.toString(16).padStart(2, "0").repeat(32));
}

/** The error of the table that some work throws. */
export function refusalOf(work: () => unknown): WasmoteError {
  try {
    work();
  } catch (error) {
    assert.instance(error, WasmoteError);
    return error as WasmoteError;
  }
  throw new Error("it must be refused");
}
