import type { Outcome } from "./suite.js";

/** Cases by operator: passed, failed, refused; then what is not right, one line a case. */
export function report(outcomes: readonly Outcome[]): string {
  const counted = outcomes.filter(({ verdict }) => verdict !== "apart");
  const byOperator = new Map<string, { passed: number; failed: number; refused: number }>();
  for (const { operators, verdict } of counted) {
    const key = operators.includes(" ") ? "several" : operators;
    const counts = byOperator.get(key) ?? { passed: 0, failed: 0, refused: 0 };
    counts[verdict as "passed"]++;
    byOperator.set(key, counts);
  }
  const rows = [...byOperator].sort(([a], [b]) => (a < b ? -1 : 1));
  const count = (verdict: Outcome["verdict"]) =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const lines = [
    `${counted.length} cases of listed operators: ${count("passed")} passed, ${count("failed")} failed, ${count("refused")} refused; ${count("apart")} others`,
    "",
    ...rows.map(
      ([operator, { passed, failed, refused }]) =>
        `${operator.padEnd(28)}${String(passed).padStart(5)} passed${String(failed).padStart(5)} failed${String(refused).padStart(5)} refused`,
    ),
    "",
    ...counted
      .filter(({ verdict }) => verdict !== "passed")
      .map(({ name, verdict, detail }) => `${verdict} ${name}: ${detail.split("\n")[0]}`),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}
