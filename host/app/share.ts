import { maxSnippetValues } from "../abi/limits.js";
import { type AppShare, type AppSnippets, maxSnippetHops } from "../package/app.js";
import type { Application } from "./schema.js";
import { bytesOf, refuseApplication, secondsOf } from "./times.js";

/** Index of an event. Throws `application-invalid`. */
export function eventIndex(events: readonly string[], name: string, at: string): number {
  const index = events.indexOf(name);
  return index >= 0 ? index : refuseApplication(at, `"${name}"; there are ${events.join(", ")}`);
}

/** The samples around events that a board keeps: times as whole runs, at least as long. */
function snippetsOf(
  { before, after, on, perDay, keep }: NonNullable<Application["share"]["snippets"]>,
  events: readonly string[],
  runSeconds: number,
  runValues: number,
): AppSnippets {
  const at = "share.snippets";
  const runs = (text: string, field: string): number => {
    const count = Math.ceil(secondsOf(text, `${at}.${field}`) / runSeconds - 1e-6);
    return count <= maxSnippetHops
      ? count
      : refuseApplication(
          `${at}.${field}`,
          `${text} are ${count} runs; at most ${maxSnippetHops} are expected`,
        );
  };
  const snippets: AppSnippets = {
    before: runs(before, "before"),
    after: runs(after, "after"),
    keep,
    events:
      on === undefined ? [...events.keys()] : on.map((name, i) => eventIndex(events, name, `${at}.on.${i}`)),
    perDay: bytesOf(perDay, 2 ** 32 - 1, `${at}.perDay`),
  };
  const values = (snippets.before + 1 + snippets.after) * runValues;
  if (values * keep > maxSnippetValues)
    refuseApplication(at, `${values * keep} values; at most ${maxSnippetValues} are expected`);
  if (2 * values > snippets.perDay)
    refuseApplication(
      `${at}.perDay`,
      `${perDay}; at least the ${2 * values} bytes of one snippet are expected`,
    );
  return snippets;
}

/** What may leave the board, as it is told. Throws `application-invalid`. */
export function shareOf(
  { share }: Application,
  events: readonly string[],
  runSeconds: number,
  runValues: number,
): AppShare {
  const { snippets, histograms: _, ...others } = share;
  return {
    ...others,
    ...(snippets === undefined ? {} : { snippets: snippetsOf(snippets, events, runSeconds, runValues) }),
  };
}
