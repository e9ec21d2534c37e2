import { errorTable, WasmoteError } from "../../host/errors.js";
import { type Choices, choices } from "../link/random-numbers.js";
import type { Finding, FuzzInput, FuzzOptions, FuzzResult } from "./target.js";

/** How the cases of a target are made and tried. */
export interface Cases {
  /** Makes the input of a case. */
  make(source: Choices): FuzzInput;
  /**
   * Tries an input. Whatever it throws but an error of the error table is a finding, and so is `internal`.
   *
   * @returns how it ended where that is more than "accepted"
   */
  attempt(
    input: FuzzInput,
    source: Choices,
  ): Promise<string | undefined> | string | undefined | Promise<void>;
}

/** A target stops after so many findings: one fault is often found many times. */
const maxFindings = 20;

const logEvery = 10_000;

/** Makes and tries cases one after the other: what `run` of most targets is. */
export async function runCases(
  { cases, seed, first = 0, log, begin, found }: FuzzOptions,
  { make, attempt }: Cases,
): Promise<FuzzResult> {
  const outcomes: Record<string, number> = {};
  const findings: Finding[] = [];
  for (let index = first; index < cases && findings.length < maxFindings; index++) {
    const input = make(choices(caseSeed(seed, index)));
    begin?.(index, () => input);
    const outcome = await outcomeOf(() => attempt(input, choices(caseSeed(~seed, index))));
    const name = typeof outcome === "string" ? outcome : "finding";
    outcomes[name] = (outcomes[name] ?? 0) + 1;
    if (typeof outcome !== "string") {
      const finding = { index, message: outcome.message, input };
      findings.push(finding);
      found?.(finding);
    }
    if ((index + 1) % logEvery === 0) log(`${index + 1} of ${cases}`);
  }
  return { outcomes, findings };
}

/** The seed of one case. Multipliers: the finalizer of MurmurHash3. */
export function caseSeed(seed: number, index: number): number {
  let mixed = Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

async function outcomeOf(attempt: () => ReturnType<Cases["attempt"]>): Promise<string | { message: string }> {
  try {
    return (await attempt()) ?? "accepted";
  } catch (error) {
    const known = error instanceof WasmoteError && error.code in errorTable && error.code !== "internal";
    if (known) return error.code;
    return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
