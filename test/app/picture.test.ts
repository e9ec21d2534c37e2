import { test } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../ops/harness.js";
import { framesOf, refusalOf } from "./stage-run.js";

const source = (hop: number, channels: number) => ({ rate: 1000, channels, hop });

type Picture = number[][][];

/** Random pictures [height, width, channels] as samples, and as they are. */
function pictures(seed: number, count: number, [height, width, channels]: readonly [number, number, number]) {
  const { integer } = random(seed);
  const samples = Array.from({ length: count * height * width * channels }, () => integer(0, 255));
  const at = (i: number, y: number, x: number, c: number) =>
    samples[((i * height + y) * width + x) * channels + c] as number;
  const each = (length: number) => Array.from({ length }, (_, i) => i);
  const all = each(count).map(
    (i): Picture =>
      each(height).map((y) => each(width).map((x) => each(channels).map((c) => at(i, y, x, c)))),
  );
  return { samples, all };
}

/** What an axis' output pixel takes of each input pixel. */
type Weights = (from: number, to: number, index: number) => number[];

const clamp = (i: number, length: number): number => Math.min(length - 1, Math.max(0, i));

const weightsOf: Readonly<Record<"bilinear" | "smooth" | "nearest", Weights>> = {
  bilinear(from, to, index) {
    const place = ((index + 0.5) * from) / to - 0.5;
    const weights = Array.from({ length: from }, () => 0);
    for (const [i, part] of [
      [Math.floor(place), 1 - (place - Math.floor(place))],
      [Math.floor(place) + 1, place - Math.floor(place)],
    ] as const) {
      const at = clamp(i, from);
      weights[at] = (weights[at] as number) + part;
    }
    return weights;
  },
  smooth(from, to, index) {
    const [place, reach] = [((index + 0.5) * from) / to - 0.5, Math.max(1, from / to)];
    const weights = Array.from({ length: from }, (_, i) => Math.max(0, 1 - Math.abs(i - place) / reach));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  },
  nearest(from, to, index) {
    const nearest = Math.floor(((index + 0.5) * from) / to);
    return Array.from({ length: from }, (_, i) => (i === nearest ? 1 : 0));
  },
};

function resizedBy(of: Weights, picture: Picture, height: number, width: number): Picture {
  const [rows, columns] = [picture.length, picture[0]?.length as number];
  const sum = (weights: readonly number[], values: readonly number[][]): number[] =>
    (values[0] as number[]).map((_, c) =>
      weights.reduce((total, weight, i) => total + weight * ((values[i] as number[])[c] as number), 0),
    );
  const wide = picture.map((row) => Array.from({ length: width }, (_, x) => sum(of(columns, width, x), row)));
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) =>
      sum(
        of(rows, height, y),
        wide.map((row) => row[x] as number[]),
      ),
    ),
  );
}

async function assertPictures(
  config: object,
  hop: number,
  samples: readonly number[],
  channels: number,
  expected: readonly Picture[],
): Promise<void> {
  const results = Object.entries(
    await framesOf({ type: "picture", ...config }, source(hop, channels), samples),
  );
  assert.ok(results.length >= 3);
  for (const [engine, frames] of results) {
    assert.is(frames.length, expected.length);
    for (const [i, picture] of expected.entries()) {
      const values = picture.flat(2);
      assert.is(frames[i]?.length, values.length);
      for (const [at, value] of values.entries())
        assert.ok(
          Math.abs((frames[i]?.[at] as number) - value) < 1e-5,
          `${engine}, picture ${i}, ${at}: ${frames[i]?.[at]} for ${value}`,
        );
    }
  }
}

const mapped = (all: readonly Picture[], of: (pixel: readonly number[]) => number[]): Picture[] =>
  all.map((picture) => picture.map((row) => row.map(of)));

test("pictures come as they are, in the range asked for, in runs of any part of them", async () => {
  const { samples, all } = pictures(1, 3, [4, 6, 3]);
  const size = { width: 6, height: 4 };
  for (const hop of [24, 6, 1])
    await assertPictures(
      size,
      hop,
      samples,
      3,
      mapped(all, (pixel) => pixel.map((x) => x / 255)),
    );
  await assertPictures(
    { ...size, black: -1 },
    24,
    samples,
    3,
    mapped(all, (pixel) => pixel.map((x) => (2 * x) / 255 - 1)),
  );
});

test("colours become grey, and parts are cropped", async () => {
  const { samples, all } = pictures(2, 2, [5, 7, 3]);
  const grey = mapped(all, ([red = 0, green = 0, blue = 0]) => [
    (0.299 * red + 0.587 * green + 0.114 * blue) / 255,
  ]);
  const size = { width: 7, height: 5, grey: true };
  await assertPictures(size, 35, samples, 3, grey);
  const cropped = grey.map((picture) => picture.slice(1, 4).map((row) => row.slice(2, 7)));
  await assertPictures({ ...size, crop: { left: 2, top: 1, width: 5, height: 3 } }, 7, samples, 3, cropped);
});

test("sizes are changed as each method says, larger and smaller, of grey and of colours", async () => {
  for (const method of ["bilinear", "smooth", "nearest"] as const) {
    for (const [height, width] of [
      [4, 5],
      [3, 13],
      [16, 20],
    ] as const) {
      for (const channels of [1, 3] as const) {
        const { samples, all } = pictures(height, 1, [8, 10, channels]);
        const [picture] = mapped(all, (pixel) => pixel.map((x) => x / 255)) as [Picture];
        const expected = resizedBy(weightsOf[method], picture, height, width);
        const config = { width: 10, height: 8, resize: { width, height }, method };
        await assertPictures(config, 80, samples, channels, [expected]);
      }
    }
  }
  // Cropped first, and grey on the way.
  const { samples, all } = pictures(9, 1, [8, 10, 3]);
  const [grey] = mapped(all, ([r = 0, g = 0, b = 0]) => [(0.299 * r + 0.587 * g + 0.114 * b) / 255]) as [
    Picture,
  ];
  const part = grey.slice(0, 6).map((row) => row.slice(4));
  const crop = { left: 4, top: 0, width: 6, height: 6 };
  for (const method of ["bilinear", "nearest"] as const)
    await assertPictures(
      { width: 10, height: 8, crop, resize: { width: 3, height: 3 }, method, grey: true },
      80,
      samples,
      3,
      [resizedBy(weightsOf[method], part, 3, 3)],
    );
});

test("pictures of other channels, and parts outside of them, are refused", () => {
  const of = (changes: object, channels = 3) =>
    refusalOf({ type: "picture", width: 6, height: 4, ...changes }, source(24, channels));
  assert.is(of({ crop: { left: 2, top: 1, width: 4, height: 3 } }), "taken");
  assert.match(of({}, 2), /picture.from: samples of 2 channels; 1 or 3/);
  assert.match(of({ grey: true }, 1), /picture.grey: "source" is grey already/);
  assert.match(
    of({ crop: { left: 3, top: 0, width: 4, height: 3 } }),
    /picture.crop: from 3, 0 on 4 x 3 pixels; some of the 6 x 4/,
  );
  assert.match(of({ crop: { left: 0, top: 2, width: 4, height: 3 } }), /picture.crop: from 0, 2/);
});

test.run();
