/**
 * Medians of windows over time, float32.
 */

/**
 * Sorts the window that ends with sample `time` of a channel to `sorted`, by insertion.
 *
 * @param history the `window` - 1 rows before `input`, whose rows are `step` bytes; both of the channel
 */
export function sortWindow(sorted: usize, history: usize, input: usize, time: i32, window: i32, step: i32): void {
  let end = sorted;
  const fromHistory = max(window - 1 - time, 0);
  let from = history + time * step;
  for (let left = fromHistory; left > 0; left--, end += 4, from += step) insert(sorted, end, load<f32>(from));
  from = input + (time + fromHistory - window + 1) * step;
  for (let left = window - fromHistory; left > 0; left--, end += 4, from += step) insert(sorted, end, load<f32>(from));
}

/** Puts a number where it belongs among the sorted ones up to `end`, which is moved by it. */
export function insert(sorted: usize, end: usize, value: f32): void {
  for (; end > sorted; end -= 4) {
    const before = load<f32>(end - 4);
    if (!(before > value)) break;
    store<f32>(end, before);
  }
  store<f32>(end, value);
}
