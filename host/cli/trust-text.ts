import type { TrustOfFile } from "../trust/read.js";
import { selfTestBytes } from "../trust/self-test-section.js";
import { defaultRuns } from "../trust/trust-section.js";
import { thousands } from "./figures.js";

/** What a signed file says of itself, as lines for people. */
export function trustLines({ trust, selfTest }: TrustOfFile): string[] {
  const { id, version, abi, downgrade, runs = defaultRuns } = trust;
  return [
    `id         ${id}`,
    `version    ${version}${downgrade ? ", also in place of a higher one" : ""}`,
    `for        ${trust.for?.join(", ") ?? "all boards"}, with interface ${abi} or higher`,
    `confirmed  ${runs === 0 ? "by the host alone" : `by the host, or after ${thousands(runs)} good runs`}`,
    `self-test  ${selfTest === undefined ? "none" : `${thousands(selfTestBytes(selfTest))} bytes of inputs and outputs`}`,
  ];
}

/** The same for JSON: fields as in the file, with their defaults. */
export function trustJson({ trust, selfTest }: TrustOfFile): object {
  return {
    id: trust.id,
    version: trust.version,
    for: trust.for ?? null,
    abi: trust.abi,
    downgrade: trust.downgrade === true,
    runs: trust.runs ?? defaultRuns,
    selfTestBytes: selfTest === undefined ? 0 : selfTestBytes(selfTest),
  };
}
