import jpeg from "jpeg-js";
import type { FileTensor } from "../../../host/run/tensor-files/read-array.js";
import type { Choices } from "../../link/random-numbers.js";
import { pngChunk, pngRowLengths, writePng } from "../../run/tensor-files/png-writer.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import type { FuzzInput, FuzzTarget } from "../target.js";
import { readAsInput } from "../tensor-inputs.js";

const tensors: readonly FileTensor[] = [
  { dtype: "int8", shape: [1, 4, 5, 1], scale: 1 / 255, zeroPoint: -128 },
  { dtype: "int8", shape: [4, 5, 3], scale: 1 / 255, zeroPoint: -128, pixels: { mean: [1, 2, 3], std: [2] } },
  { dtype: "uint8", shape: [9, 7] },
];

const samplesOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

const randomBytes = (length: number, source: Choices) => Uint8Array.from({ length }, () => source.below(256));

/** A PNG of any type; header, palette, rows and order of chunks are damaged before its checksums are made. */
function png(source: Choices): Uint8Array {
  const colorType = source.pick([0, 2, 3, 4, 6] as const);
  const depth = source.pick(colorType === 0 ? [1, 2, 4, 8, 16] : colorType === 3 ? [1, 2, 4, 8] : [8, 16]);
  const [width, height] = [1 + source.below(12), 1 + source.below(12)];
  const interlace = source.pick([0, 1] as const);
  const lengths = pngRowLengths({ width, height, depth, interlace }, samplesOf[colorType]);
  const lines = lengths.map((length) => randomBytes(length, source));
  for (const line of lines) line[0] = source.below(source.chance(0.98) ? 5 : 256);
  const rows = new Uint8Array(Buffer.concat(lines));
  const between = [
    ...(colorType === 3
      ? [
          pngChunk(
            "PLTE",
            randomBytes(3 * (source.chance(0.9) ? 2 ** depth : 1 + source.below(2 ** depth)), source),
          ),
        ]
      : []),
    ...(source.chance(0.3) ? [pngChunk("tRNS", randomBytes(source.below(8), source))] : []),
    ...(source.chance(0.2)
      ? [
          pngChunk(
            source.pick(["gAMA", "tEXt", "IHDR", "abcd", "Abcd"]),
            randomBytes(source.below(6), source),
          ),
        ]
      : []),
  ];
  const file = writePng(
    {
      width: source.chance(0.95) ? width : source.pick([0, 1 << 20, 2 ** 32 - 1]),
      height: source.chance(0.95) ? height : source.pick([0, 5000, 2 ** 31]),
      depth: source.chance(0.95) ? depth : source.below(256),
      colorType: source.chance(0.95) ? colorType : source.below(256),
      interlace,
    },
    source.chance(0.8) ? rows : rows.subarray(0, source.below(rows.length)),
    source.shuffle(between),
  );
  return source.chance(0.7) ? file : mutate(file, source);
}

const photos = [8, 17].map((size) => {
  const data = Buffer.from(Array.from({ length: 4 * size * size }, (_, i) => (i * i * 7) % 251));
  return new Uint8Array(jpeg.encode({ width: size, height: size, data }, 60).data);
});

/** A BMP of any depth, with fields of its header damaged. */
function bmp(source: Choices): Uint8Array {
  const bits = source.pick([1, 4, 8, 16, 24, 32]);
  const [width, height] = [1 + source.below(9), 1 + source.below(9)];
  const paletteBytes = bits <= 8 ? 4 * 2 ** bits : 12;
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  const file = randomBytes(54 + paletteBytes + rowBytes * height, source);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(6, 0, true);
  view.setUint32(10, 54 + paletteBytes, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, source.chance(0.3) ? -height : height, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, bits === 16 || bits === 32 ? source.pick([0, 3]) : 0, true);
  view.setUint32(46, source.chance(0.8) ? 0 : source.below(300), true);
  if (source.chance(0.3)) return mutate(file, source);
  if (source.chance(0.3))
    view.setUint32(
      source.pick([10, 14, 18, 22, 26, 30, 46]),
      source.pick([0, 1, 41, 2 ** 31, 2 ** 32 - 1]),
      true,
    );
  return file;
}

/** Damaged PNG, JPEG and BMP files as inputs. */
export const target: FuzzTarget = {
  name: "pictures",
  run: (options) =>
    runCases(options, {
      make(source): FuzzInput {
        const which = source.below(3);
        if (which === 0) return { "input.png": png(source) };
        if (which === 1) return { "input.jpg": mutate(source.pick(photos), source) };
        return { "input.bmp": bmp(source) };
      },
      async attempt(input, source) {
        const [name, bytes] = Object.entries(input)[0]!;
        const tensor = source.pick(tensors);
        await readAsInput(
          bytes,
          name,
          tensor,
          tensor.shape.reduce((product, length) => product * length, 1),
        );
        return `accepted ${name}`;
      },
    }),
};
