import { runNative } from "../../boards/native/compile.js";

/** Cases of a process: so many that what a case leaves behind stays little, and a run that is long tells how far it is. */
const sliceCases = 20_000;

/**
 * Runs the cases of a program that has n kinds of them: case n i is i of the first kind, case n i + 1 is i of the second.
 *
 * @param options.args the program's arguments for cases of a kind
 * @throws at a finding, with how its case is repeated and what the program said
 */
export function runSlices(
  file: string,
  options: {
    kinds: readonly string[];
    first: number;
    cases: number;
    args(kind: string, from: number, until: number): readonly (string | number)[];
    log(line: string): void;
  },
): void {
  const { kinds, first, cases, args, log } = options;
  for (const [number, kind] of kinds.entries()) {
    const ofKind = (each: number): number => Math.ceil((each - number) / kinds.length);
    for (let at = ofKind(first); at < ofKind(cases); at += sliceCases) {
      const until = Math.min(at + sliceCases, ofKind(cases));
      const caseOf = (index: number): number => kinds.length * index + number;
      log(`${kind} ${at} to ${until - 1}: ${runSlice(file, args(kind, at, until).map(String), caseOf)}`);
    }
  }
}

function runSlice(file: string, args: readonly string[], caseOf: (index: number) => number): string {
  try {
    return runNative(file, args).trim();
  } catch (error) {
    const { message } = error as Error;
    const found = /^case (\d+)/m.exec(message)?.[1];
    if (found === undefined) throw error;
    const index = caseOf(Number(found));
    throw new Error(`case ${index} (--first ${index} --cases ${index + 1}): ${message}`);
  }
}
