/**
 * Streams that come in pieces [time, channels], and keep the rows that came last.
 */

/** Whether this is the first run of a stream that starts with its first sample. It has started then. */
export function isStarting(startsWithFirst: i32, started: usize): bool {
  if (startsWithFirst == 0) return false;
  const before = load<i32>(started);
  store<i32>(started, 1);
  return before == 0;
}

/** Fills `rows` rows of a history with the first row that came. */
export function fillHistory(history: usize, rows: i32, input: usize, rowBytes: i32): void {
  for (; rows > 0; rows--, history += rowBytes) memory.copy(history, input, rowBytes);
}

/** The last `rows` rows of a history and of the `time` rows that came after it. */
export function keepHistory(history: usize, rows: i32, input: usize, time: i32, rowBytes: i32): void {
  const kept = max(rows - time, 0);
  const added = rows - kept;
  memory.copy(history, history + added * rowBytes, kept * rowBytes);
  memory.copy(history + kept * rowBytes, input + (time - added) * rowBytes, added * rowBytes);
}
