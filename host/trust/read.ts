import { WasmoteError } from "../errors.js";
import {
  delimiterSection,
  endOf,
  isCalled,
  type Layout,
  layoutOf,
  selfTestSection,
  trustSection,
} from "./layout.js";
import { decodeSelfTest, type SelfTest } from "./self-test-section.js";
import { decodeSignatures, type SignedHashes } from "./signature-section.js";
import { decodeTrust, type Trust } from "./trust-section.js";

/** What a file says of itself. Nothing of it is proved: `verifyModule` does that. */
export interface TrustOfFile {
  trust: Trust;
  /** None where the section `signature` was taken out. */
  signatures: SignedHashes[];
  /** Bytes at the file's beginning by which a board decides whether it takes the rest: up to and with the delimiter. */
  headBytes: number;
  selfTest?: SelfTest;
}

/**
 * Reads what signing has put into a file, and verifies nothing; undefined where there is no section `wasmote.trust`.
 *
 * @throws `module-invalid` (no module), `signature-malformed`, `trust-invalid` (a section `wasmote.trust` that is
 * damaged, or in another place than signing puts it), `self-test-invalid`
 */
export function readTrust(wasm: Uint8Array): TrustOfFile | undefined {
  return readTrustOf(layoutOf(wasm));
}

/** As `readTrust`, of a module that was taken apart. */
export function readTrustOf({ signature, sections }: Layout): TrustOfFile | undefined {
  const named = sections.filter((section) => isCalled(section, trustSection));
  const [first, delimiter, next] = signature === undefined ? sections : sections.slice(1);
  if (named.length === 0) return undefined;
  if (first === undefined || delimiter === undefined || named.length > 1 || first !== named[0]) {
    throw new WasmoteError("trust-invalid", `one ${trustSection} is expected, before all but the signature`);
  }
  if (!isCalled(delimiter, delimiterSection)) {
    throw new WasmoteError("trust-invalid", `no ${delimiterSection} stands behind ${trustSection}`);
  }
  const hasSelfTest = next !== undefined && isCalled(next, selfTestSection);
  return {
    trust: decodeTrust(first.bytes),
    signatures: signature === undefined ? [] : decodeSignatures(signature),
    headBytes: endOf(delimiter),
    ...(hasSelfTest ? { selfTest: decodeSelfTest(next.bytes) } : {}),
  };
}
