import { encode } from "cborg";
import { z } from "zod";
import { WasmoteError } from "../errors.js";
import { maxEnds } from "../graph/limits.js";
import { tensorBytes } from "../graph/tensor.js";
import type { Manifest } from "../package/manifest.js";
import { byteString, decodeStrictly } from "./cbor.js";

/** Inputs and what a model gives for them when it was just loaded: bytes as they lie in linear memory. */
export interface SelfTest {
  inputs: Uint8Array[];
  outputs: Uint8Array[];
}

const tensors = z.array(byteString("bytes of a tensor")).max(maxEnds);
const schema: z.ZodType<SelfTest> = z.strictObject({ inputs: tensors, outputs: tensors });

/** Encodes the contents of the section `wasmote.selftest`. */
export function encodeSelfTest({ inputs, outputs }: SelfTest): Uint8Array {
  return encode({ inputs, outputs });
}

/** Decodes the contents of the section `wasmote.selftest`. Throws `self-test-invalid`. */
export function decodeSelfTest(contents: Uint8Array): SelfTest {
  return decodeStrictly(contents, schema, "self-test-invalid");
}

/** Bytes of all inputs and outputs. */
export function selfTestBytes({ inputs, outputs }: SelfTest): number {
  return [...inputs, ...outputs].reduce((sum, { length }) => sum + length, 0);
}

/** Throws `self-test-invalid` where a self-test is none of this model. */
export function requireSelfTestOf({ inputs, outputs }: SelfTest, manifest: Manifest): void {
  const [found, expected] = [
    [...inputs, ...outputs].map(({ length }) => length),
    [...manifest.inputs, ...manifest.outputs].map(tensorBytes),
  ];
  if (inputs.length !== manifest.inputs.length || found.join() !== expected.join()) {
    throw new WasmoteError(
      "self-test-invalid",
      `inputs and outputs of ${found.join(", ")} bytes; ${expected.join(", ")} are expected`,
    );
  }
}
