import { runNative } from "../../boards/native/compile.js";

/** Cases of a process: so many that what a case leaves behind stays little, and a run that is long tells how far it is. */
const sliceCases = 20_000;

/**
 * Runs the cases of a program that has two kinds of them: case 2 i is i of the first kind, case 2 i + 1 is i of the other.
 *
 * @param options.args the program's arguments for cases of a kind
 * @throws at a finding, with how its case is repeated and what the program said
 */
export function runSlices(
  file: string,
  options: {
    kinds: readonly [string, string];
    first: number;
    cases: number;
    args(kind: string, from: number, until: number): readonly (string | number)[];
    log(line: string): void;
  },
): void {
  for (const [odd, kind] of options.kinds.entries()) {
    const [from, end] = [options.first, options.cases].map((each) => Math.ceil((each - odd) / 2)) as [
      number,
      number,
    ];
    for (let at = from; at < end; at += sliceCases) {
      const until = Math.min(at + sliceCases, end);
      const said = runSlice(file, options.args(kind, at, until).map(String), odd);
      options.log(`${kind} ${at} to ${until - 1}: ${said}`);
    }
  }
}

function runSlice(file: string, args: readonly string[], odd: number): string {
  try {
    return runNative(file, args).trim();
  } catch (error) {
    const { message } = error as Error;
    const found = /^case (\d+)/m.exec(message)?.[1];
    if (found === undefined) throw error;
    const index = 2 * Number(found) + odd;
    throw new Error(`case ${index} (--first ${index} --cases ${index + 1}): ${message}`);
  }
}
