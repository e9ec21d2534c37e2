/**
 * Convolution of any kind but depthwise, or a product of matrices: what the fast int8 kernels do not do.
 *
 * input   [batches, inputHeight, inputWidth, inputChannels] X, NHWC
 * output  [batches, outputHeight, outputWidth, outputs] X, NHWC
 * weights [outputs, filterHeight, filterWidth, inputChannels / groups] W, in tiles (below)
 *
 *   sum[b,y,x,n] = sum over fy, fx, c, in this order, of pixel(b, u, v, group of n, c) * (weights[n,fy,fx,c] - weightsZeroPoint)
 *   u = y*strideHeight - padTop + fy*dilationHeight, v likewise
 *   pixel = input[b, u/spreadHeight, v/spreadWidth, ...] - inputZeroPoint, 0 where it lies outside or between pixels
 *   output = clamp(requantize(sum + bias[n])), see math/outputs
 *
 * A product of matrices is a convolution of 1x1 with rows as pixels; a transposed convolution one whose input is spread by
 * the stride, with the filter turned around.
 *
 *   X        W        sums     bound
 *   float32  float32  float32  one accumulator, products added in the order above
 *   int8     int8     int32    depth * 255 * 128, or * 255 with a zero point: the host bounds the depth
 *   int16    int8     int32    as TFLite's kernels with a bias of 32 bits: they wrap
 *   int16    int8     int64    none that is reached
 *
 * Tiles: for every 4 outputs of a group (the last filled up with zeros), at `weights` in the weights section: a header (see
 * math/outputs), then for every 4 inputs (filled up with zeros; to 8 in fewer than 8 bits) 4 outputs of 4 weights, stored as
 * `storage` says (see math/stored-weights). Weights in linear memory, at `matrix`, are [outputs, depth]; the section then has headers only.
 *
 * How: tile by tile; weights of `chunk` inputs lie in scratch memory, and are read anew only where others are needed.
 *
 * scratch: block of parameters, to a multiple of 8; header; chunk * 4 weights; their codebook.
 * Source: TFLite reference kernels `Conv`, `ConvPerChannel`, `FullyConnected` and `TransposeConv`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { headerBytes, storeOutput } from "../../math/outputs";
import { filledDepth, inMemory, isNarrow, readCodebook, readStored, storedBytes } from "../../math/stored-weights";
import { ProductParameters } from "../../parameters";

export function productFloat32(parameters: i32, to: usize): void {
  product<f32, f32, f32, f32>(parameters, to);
}

export function productInt8(parameters: i32, to: usize): void {
  product<i8, i8, i32, i32>(parameters, to);
}

export function productInt16(parameters: i32, to: usize): void {
  product<i16, i8, i32, i32>(parameters, to);
}

/** int16 whose bias has 64 bits. */
export function productInt16Long(parameters: i32, to: usize): void {
  product<i16, i8, i32, i64>(parameters, to);
}

/** Elements of type X by weights W, each product in P, in sums of type S. */
// @ts-ignore: decorator
@inline
function product<X, W, P, S>(parameters: i32, to: usize): void {
  const given = readParameters<ProductParameters>(parameters, to);
  const header = to + ((offsetof<ProductParameters>() + 7) & ~7);
  const tile = header + headerBytes<S>();
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, pixelBytes = given.inputChannels * <i32>sizeof<X>();
  const filterHeight = given.filterHeight, filterWidth = given.filterWidth;
  const spreadHeight = given.spreadHeight, spreadWidth = given.spreadWidth, dilationWidth = given.dilationWidth;
  const groups = given.groups, channels = given.inputChannels / groups, filters = given.outputs / groups;
  const depth = filledDepth(filterHeight * filterWidth * channels, 4, given.storage);
  // Parts of a tile that are read begin at multiples of as many inputs as a storage takes.
  const parts = isNarrow(given.storage) ? ~7 : ~3;
  const inputZeroPoint = given.inputZeroPoint;
  const together = dilationWidth == 1 && spreadWidth == 1 && groups == 1;
  const outputBytes = <usize>given.outputs * sizeof<X>();
  const codebook = tile + <usize>given.chunk * 4 * sizeof<W>();
  let weights = given.weights;
  if (isNarrow(given.storage)) weights = readCodebook(codebook, weights, given.storage);
  for (let first = 0; first < given.outputs; first += 4) {
    const group = first / filters, end = min(4, (group + 1) * filters - first);
    readWeights(header, weights, <i32>headerBytes<S>());
    weights += <i32>headerBytes<S>();
    // Inputs whose weights lie in the tile: from..until-1.
    let from = 0, until = 0;
    let image = given.input + <usize>(group * channels) * sizeof<X>();
    let output = given.output + <usize>first * sizeof<X>();
    for (let b = given.batches; b > 0; b--) {
      for (let y = 0; y < given.outputHeight; y++) {
        for (let x = 0; x < given.outputWidth; x++) {
          let s0: S = 0, s1: S = 0, s2: S = 0, s3: S = 0, pixels: S = 0;
          const left = x * given.strideWidth - given.padLeft;
          const firstTap = together ? max(0, -left) : 0;
          const lastTap = together ? min(filterWidth, inputWidth - left) : filterWidth;
          const taps = together ? lastTap - firstTap : 1;
          for (let fy = 0; fy < filterHeight; fy++) {
            let u = y * given.strideHeight - given.padTop + fy * given.dilationHeight;
            if (spreadHeight > 1) {
              if (u % spreadHeight) continue;
              u /= spreadHeight;
            }
            if (<u32>u >= <u32>inputHeight) continue;
            for (let fx = firstTap; fx < lastTap; fx += taps) {
              let v = left + fx * dilationWidth;
              if (spreadWidth > 1) {
                if (v % spreadWidth) continue;
                v /= spreadWidth;
              }
              if (<u32>v >= <u32>inputWidth) continue;
              let p = image + <usize>((u * inputWidth + v) * pixelBytes);
              let k = (fy * filterWidth + fx) * channels;
              let count = taps * channels;
              while (count > 0) {
                if (k < from || k >= until) {
                  from = k & parts;
                  until = min(from + given.chunk, depth);
                  fill<W>(given, tile, header + 4 * sizeof<S>(), codebook, weights, first, group, from, until, depth);
                }
                const run = min(count, until - k);
                const stop = p + <usize>run * sizeof<X>();
                let w = tile + <usize>((k - from) >> 2) * 16 * sizeof<W>() + <usize>(k & 3) * sizeof<W>();
                count -= run;
                while (p < stop) {
                  if ((k & 3) == 0 && stop - p >= 4 * sizeof<X>()) {
                    const last = stop - 3 * sizeof<X>();
                    do {
                      let x0 = <P>load<X>(p), x1 = <P>load<X>(p, sizeof<X>());
                      let x2 = <P>load<X>(p, 2 * sizeof<X>()), x3 = <P>load<X>(p, 3 * sizeof<X>());
                      if (isInteger<X>()) {
                        if (sizeof<X>() == 1) {
                          x0 -= <P>inputZeroPoint;
                          x1 -= <P>inputZeroPoint;
                          x2 -= <P>inputZeroPoint;
                          x3 -= <P>inputZeroPoint;
                        }
                        pixels += <S>(x0 + x1 + x2 + x3);
                      }
                      if (isFloat<X>()) {
                        s0 = s0 + <S>(x0 * <P>load<W>(w)) + <S>(x1 * <P>load<W>(w, sizeof<W>()))
                          + <S>(x2 * <P>load<W>(w, 2 * sizeof<W>())) + <S>(x3 * <P>load<W>(w, 3 * sizeof<W>()));
                        s1 = s1 + <S>(x0 * <P>load<W>(w, 4 * sizeof<W>())) + <S>(x1 * <P>load<W>(w, 5 * sizeof<W>()))
                          + <S>(x2 * <P>load<W>(w, 6 * sizeof<W>())) + <S>(x3 * <P>load<W>(w, 7 * sizeof<W>()));
                        s2 = s2 + <S>(x0 * <P>load<W>(w, 8 * sizeof<W>())) + <S>(x1 * <P>load<W>(w, 9 * sizeof<W>()))
                          + <S>(x2 * <P>load<W>(w, 10 * sizeof<W>())) + <S>(x3 * <P>load<W>(w, 11 * sizeof<W>()));
                        s3 = s3 + <S>(x0 * <P>load<W>(w, 12 * sizeof<W>())) + <S>(x1 * <P>load<W>(w, 13 * sizeof<W>()))
                          + <S>(x2 * <P>load<W>(w, 14 * sizeof<W>())) + <S>(x3 * <P>load<W>(w, 15 * sizeof<W>()));
                      } else {
                        // Four products of int16 by int8 stay within 32 bits.
                        s0 += <S>(x0 * <P>load<W>(w) + x1 * <P>load<W>(w, sizeof<W>())
                          + x2 * <P>load<W>(w, 2 * sizeof<W>()) + x3 * <P>load<W>(w, 3 * sizeof<W>()));
                        s1 += <S>(x0 * <P>load<W>(w, 4 * sizeof<W>()) + x1 * <P>load<W>(w, 5 * sizeof<W>())
                          + x2 * <P>load<W>(w, 6 * sizeof<W>()) + x3 * <P>load<W>(w, 7 * sizeof<W>()));
                        s2 += <S>(x0 * <P>load<W>(w, 8 * sizeof<W>()) + x1 * <P>load<W>(w, 9 * sizeof<W>())
                          + x2 * <P>load<W>(w, 10 * sizeof<W>()) + x3 * <P>load<W>(w, 11 * sizeof<W>()));
                        s3 += <S>(x0 * <P>load<W>(w, 12 * sizeof<W>()) + x1 * <P>load<W>(w, 13 * sizeof<W>())
                          + x2 * <P>load<W>(w, 14 * sizeof<W>()) + x3 * <P>load<W>(w, 15 * sizeof<W>()));
                      }
                      p += 4 * sizeof<X>();
                      w += 16 * sizeof<W>();
                      k += 4;
                    } while (p < last);
                  } else {
                    let value = <P>load<X>(p);
                    if (isInteger<X>()) {
                      if (sizeof<X>() == 1) value -= <P>inputZeroPoint;
                      pixels += <S>value;
                    }
                    s0 += <S>(value * <P>load<W>(w));
                    s1 += <S>(value * <P>load<W>(w, 4 * sizeof<W>()));
                    s2 += <S>(value * <P>load<W>(w, 8 * sizeof<W>()));
                    s3 += <S>(value * <P>load<W>(w, 12 * sizeof<W>()));
                    p += sizeof<X>();
                    k++;
                    w += (k & 3) ? sizeof<W>() : 13 * sizeof<W>();
                  }
                }
              }
            }
          }
          if (isInteger<X>()) {
            const excess = pixels * <S>given.weightsZeroPoint;
            s0 -= excess;
            s1 -= excess;
            s2 -= excess;
            s3 -= excess;
          }
          storeOutput<X, S>(given, header, 0, s0, output);
          if (end > 1) storeOutput<X, S>(given, header, 1, s1, output + sizeof<X>());
          if (end > 2) storeOutput<X, S>(given, header, 2, s2, output + 2 * sizeof<X>());
          if (end > 3) storeOutput<X, S>(given, header, 3, s3, output + 3 * sizeof<X>());
          output += outputBytes;
        }
      }
      image += <usize>(inputHeight * inputWidth * pixelBytes);
    }
    if (given.storage != inMemory) weights += storedBytes<W>(depth << 2, given.storage);
    first += end - 4;
  }
}

/** Brings the weights of inputs from..until-1, multiples of 4, of the outputs from `first` on to the tile. */
function fill<W>(
  given: ProductParameters, tile: usize, scales: usize, codebook: usize, weights: i32, first: i32, group: i32, from: i32,
  until: i32, depth: i32,
): void {
  const storage = given.storage;
  if (storage != inMemory) {
    readStored<W>(
      tile, weights, from << 2, (until - from) << 2, depth << 2, storage, codebook, scales, 2, given.weightsZeroPoint,
    );
    return;
  }
  const inputs = given.filterHeight * given.filterWidth * (given.inputChannels / given.groups);
  for (let n = 0; n < 4; n++) {
    let row = given.matrix + <usize>min(first + n, given.outputs - 1) * inputs * sizeof<W>();
    for (let k = from; k < min(until, inputs); k++) {
      store<W>(tile + <usize>(((k - from) >> 2) * 16 + n * 4 + (k & 3)) * sizeof<W>(), load<W>(row + <usize>k * sizeof<W>()));
    }
  }
}
