/** 8-bit samples: height x width x channels, row-major. */
export interface Samples {
  height: number;
  width: number;
  channels: number;
  values: Uint8Array;
}

/** Samples of which one axis is resized, not rounded yet. */
type Unrounded = Omit<Samples, "values"> & { values: Uint8Array | Float64Array };

/** Where a sample of the result is taken from along one axis: `count` samples from `first` on, each with its weight. */
interface Span {
  first: number;
  weights: Float64Array;
}

/**
 * Resizes each axis on its own: one that becomes shorter is averaged over the area of each new sample, one that becomes
 * longer is interpolated linearly between the centres of its samples (with samples repeated beyond the borders). The
 * result is rounded to 8 bits once. What becomes shorter is done first: a row of millions is not read anew for each row of
 * the result.
 */
export function resize(from: Samples, height: number, width: number): Samples {
  const { channels } = from;
  const narrowed = height > from.height && width < from.width ? resizeRows(from, width) : from;
  const columns = spans(narrowed.width, width);
  const values = new Uint8Array(height * width * channels);
  const row = new Float64Array(narrowed.width * channels);
  for (const [y, vertical] of spans(from.height, height).entries()) {
    blendRows(narrowed, vertical, row);
    const resized = values.subarray(y * width * channels, (y + 1) * width * channels);
    blendColumns(row, columns, channels, (i, sum) => {
      resized[i] = Math.round(sum);
    });
  }
  return { height, width, channels, values };
}

/** Each row in another width. */
function resizeRows(from: Samples, width: number): Unrounded {
  const { height, channels } = from;
  const columns = spans(from.width, width);
  const values = new Float64Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const row = from.values.subarray(y * from.width * channels, (y + 1) * from.width * channels);
    blendColumns(row, columns, channels, (i, sum) => {
      values[y * width * channels + i] = sum;
    });
  }
  return { height, width, channels, values };
}

/** The samples of a row that each span weights, with their places in the new row. */
function blendColumns(
  row: Uint8Array | Float64Array,
  columns: readonly Span[],
  channels: number,
  put: (i: number, sum: number) => void,
): void {
  for (const [x, { first, weights }] of columns.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * row[(first + i) * channels + channel]!;
      put(x * channels + channel, sum);
    }
  }
}

/** One row, in the width of `from`, of the rows that a span weights. */
function blendRows(from: Unrounded, { first, weights }: Span, row: Float64Array): void {
  const rowLength = row.length;
  row.fill(0);
  for (let i = 0; i < weights.length; i++) {
    const at = (first + i) * rowLength;
    const weight = weights[i]!;
    for (let x = 0; x < rowLength; x++) row[x] = row[x]! + weight * from.values[at + x]!;
  }
}

function spans(from: number, to: number): Span[] {
  const step = from / to;
  return Array.from({ length: to }, (_, i) =>
    step > 1 ? area(i * step, step, from) : between((i + 0.5) * step - 0.5, from),
  );
}

/** The samples that [start, start + step) covers, each by its share. */
function area(start: number, step: number, from: number): Span {
  const first = Math.floor(start);
  const end = Math.min(from, start + step);
  const weights = Float64Array.from({ length: Math.ceil(end) - first }, (_, i) => {
    const covered = Math.min(end, first + i + 1) - Math.max(start, first + i);
    return covered / (end - start);
  });
  return { first, weights };
}

/** The two samples around a position between centres, which are at whole numbers. */
function between(position: number, from: number): Span {
  const inside = Math.min(from - 1, Math.max(0, position));
  const first = Math.floor(inside);
  const share = inside - first;
  return { first, weights: share === 0 ? Float64Array.of(1) : Float64Array.of(1 - share, share) };
}
