import { z } from "zod";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { reshaped, sliced } from "../../import/compose/movement.js";
import { type ResizeKind, resized } from "../../import/compose/resize.js";
import type { GraphWriter } from "../../import/graph-writer.js";
import { linear } from "../../numerics/resample.js";
import { fullyConnected } from "../../ops/matrix/fully-connected.js";
import { stageName } from "../fields.js";
import { framesOf } from "../framing.js";
import { asReal } from "../reals.js";
import type { StageKind } from "../stage.js";
import { refuseApplication } from "../times.js";
import { onLine } from "./mel.js";

const length = z.int().min(1).max(2048);
const size = { width: length, height: length };

const schema = z.strictObject({
  type: z.literal("picture"),
  from: stageName(
    "The samples: pixels from 0 to 255, row by row from the top; 1 channel of grey, or 3 of red, green and blue.",
  ),
  width: length.describe("Pixels of a row."),
  height: length.describe("Rows."),
  crop: z
    .strictObject({ left: z.int().min(0), top: z.int().min(0), ...size })
    .optional()
    .describe("The part that is taken, in pixels."),
  resize: z.strictObject(size).optional().describe("The size that the part, or the picture, gets."),
  method: z
    .enum(["bilinear", "smooth", "nearest"])
    .default("bilinear")
    .describe(
      "How it gets it, centres of pixels on centres: bilinear, of the four nearest pixels; smooth, where it becomes smaller, of all; nearest.",
    ),
  grey: z.boolean().default(false).describe("Whether colours become grey (luma of BT.601)."),
  black: z.number().default(0).describe("What 0 becomes."),
  white: z.number().default(1).describe("What 255 becomes."),
});

type Config = z.infer<typeof schema>;

/** What red, green and blue give to grey. */
const luma = [0.299, 0.587, 0.114] as const;
const largest = 255;

/** How a picture's axes are resampled. */
const kinds: Readonly<Record<Config["method"], ResizeKind>> = {
  bilinear: { interpolation: linear, excludeOutside: false, antialias: false },
  // As Pillow and TensorFlow have it, weights are of the pixels that there are.
  smooth: { interpolation: linear, excludeOutside: true, antialias: true },
  nearest: { nearest: "floor" },
};

/** A picture [1, height, width, channels] in the size that it gets. */
function sized({ method, resize }: Config, write: GraphWriter, picture: Tensor): Tensor {
  if (resize === undefined) return picture;
  const transformation = method === "nearest" ? "tf_half_pixel_for_nn" : "half_pixel";
  const axes = [resize.height, resize.width].map((output, i) => {
    const input = picture.shape[i + 1] as number;
    return { axis: i + 1, input, output, scale: output / input, transformation } as const;
  });
  return resized(write, picture, axes, kinds[method]);
}

/** A picture of colours, float32, as one of grey. */
function greyOf(write: GraphWriter, picture: Tensor): Tensor {
  const pixels = elementCount(picture.shape) / luma.length;
  const weights = write.constant(Float32Array.from(luma), [1, luma.length], "float32");
  const flat = reshaped(write, picture, [pixels, luma.length]);
  const grey = write.node(fullyConnected, { activation: "none", keepAxes: true }, [flat, weights, undefined]);
  return reshaped(write, grey, [...picture.shape.slice(0, -1), 1]);
}

/** The part that is cropped. Throws `application-invalid` where it is not within the picture. */
function partOf(config: Config, write: GraphWriter, picture: Tensor, at: string): Tensor {
  const { width, height, crop } = config;
  if (crop === undefined) return picture;
  if (crop.left + crop.width > width || crop.top + crop.height > height)
    refuseApplication(
      `${at}.crop`,
      `from ${crop.left}, ${crop.top} on ${crop.width} x ${crop.height} pixels; some of the ${width} x ${height} are expected`,
    );
  const rows = sliced(write, picture, 1, crop.top, crop.height);
  return sliced(write, rows, 2, crop.left, crop.width);
}

/**
 * Pictures whose pixels come as samples, cropped, resized, in grey, float32: row by row, a pixel's channels one after the other, as a
 * model's input has them. One is done with before the next begins.
 *
 * Source: Recommendation ITU-R BT.601, luma.
 */
export const picture: StageKind<typeof schema> = {
  schema,
  stride: ({ width, height }) => width * height,
  compile(config, { graph, name, at, input }) {
    const { signal, channels } = input("samples");
    const { width, height, method, grey, black, white } = config;
    if (channels !== 1 && channels !== luma.length)
      refuseApplication(`${at}.from`, `samples of ${channels} channels; 1 or ${luma.length} are expected`);
    if (grey && channels === 1)
      refuseApplication(`${at}.grey`, `"${config.from}" is grey already; 3 channels are expected`);
    const shape = [1, height, width, channels];
    const frame = elementCount(shape);
    const framed = framesOf(graph, signal, { frame, stride: frame, shape }, `${name} pixels`);
    const write = graph.writer(name);
    const tensor = graph.under(framed.when, () => {
      const part = partOf(config, write, framed.tensor, at);
      // Nearest pixels are moved as integers; others are made of less once they are grey.
      const moved = method === "nearest" ? sized(config, write, part) : part;
      const real = asReal(write, moved);
      const coloured = grey ? greyOf(write, real) : real;
      const whole = method === "nearest" ? coloured : sized(config, write, coloured);
      const ranged = onLine(write, whole, (white - black) / largest, black);
      return reshaped(write, ranged, [elementCount(ranged.shape)]);
    });
    return { kind: "features", signal: { ...framed, tensor } };
  },
};
