/** Why a node cannot be run. Collected, so that a user sees every reason at once. */
export class NotRunnable extends Error {}

/** Throws `NotRunnable` with the reason unless the condition holds. */
export function requireThat(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new NotRunnable(reason);
}
