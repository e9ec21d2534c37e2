/**
 * 2-d depthwise convolution: what the fast int8 kernels do not do. Output channel n reads input channel n / outputs.
 *
 * input   [batches, inputHeight, inputWidth, inputChannels] X, NHWC
 * output  [batches, outputHeight, outputWidth, inputChannels * outputs] X, NHWC
 * weights [filterHeight, filterWidth, inputChannels * outputs] W, in tiles (below)
 *
 *   sum[b,y,x,n] = sum over fy, fx, in this order, of pixel(b, y*strideHeight - padTop + fy*dilationHeight, ..., n / outputs)
 *                  * (weights[fy,fx,n] - weightsZeroPoint)
 *   pixel = input[...] - inputZeroPoint, 0 where it lies outside
 *   output = clamp(requantize(sum + bias[n])), see math/outputs
 *
 * Types and accumulators are those of kernels/convolution/product.
 *
 * Tiles: for every 4 output channels (the last filled up with zeros): a header (see math/outputs), then for every tap 4
 * weights, one a channel, stored as `storage` says (see math/stored-weights); filled up to 16 bytes (in fewer than 8 bits first
 * to 8 taps).
 *
 * scratch: block of parameters, to a multiple of 8; header; 4 weights a tap; their codebook.
 * Source: TFLite reference kernels `DepthwiseConv` and `DepthwiseConvPerChannel`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { headerBytes, storeOutput } from "../../math/outputs";
import { filledDepth, isNarrow, readCodebook, readStored, storedBytes } from "../../math/stored-weights";
import { ProductParameters } from "../../parameters";

export function depthwiseProductFloat32(parameters: i32, to: usize): void {
  depthwiseProduct<f32, f32, f32, f32>(parameters, to);
}

export function depthwiseProductInt8(parameters: i32, to: usize): void {
  depthwiseProduct<i8, i8, i32, i32>(parameters, to);
}

/** int16 whose bias has 64 bits. */
export function depthwiseProductInt16Long(parameters: i32, to: usize): void {
  depthwiseProduct<i16, i8, i32, i64>(parameters, to);
}

/** Elements of type X by weights W, each product in P, in sums of type S. */
// @ts-ignore: decorator
@inline
function depthwiseProduct<X, W, P, S>(parameters: i32, to: usize): void {
  const given = readParameters<ProductParameters>(parameters, to);
  const header = to + ((offsetof<ProductParameters>() + 7) & ~7);
  const tile = header + headerBytes<S>();
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, pixelBytes = given.inputChannels * <i32>sizeof<X>();
  const filterHeight = given.filterHeight, filterWidth = given.filterWidth, dilationWidth = given.dilationWidth;
  const multiplier = given.outputs, outputs = given.inputChannels * multiplier;
  const zeroPoint = <P>given.inputZeroPoint, weightsZeroPoint = <S>given.weightsZeroPoint;
  const taps = filterHeight * filterWidth;
  const filled = filledDepth(taps, 1, given.storage) << 2;
  const tileBytes = (storedBytes<W>(filled, given.storage) + 15) & ~15;
  const codebook = tile + <usize>filled * sizeof<W>();
  let weights = given.weights;
  if (isNarrow(given.storage)) weights = readCodebook(codebook, weights, given.storage);
  for (let first = 0; first < outputs; first += 4) {
    readWeights(header, weights, <i32>headerBytes<S>());
    weights += <i32>headerBytes<S>();
    readStored<W>(
      tile, weights, 0, filled, filled, given.storage, codebook, header + 4 * sizeof<S>(), 0, given.weightsZeroPoint,
    );
    weights += tileBytes;
    const last = outputs - 1, end = min(4, outputs - first);
    const c0 = <usize>(first / multiplier) * sizeof<X>();
    const c1 = <usize>(min(first + 1, last) / multiplier) * sizeof<X>();
    const c2 = <usize>(min(first + 2, last) / multiplier) * sizeof<X>();
    const c3 = <usize>(min(first + 3, last) / multiplier) * sizeof<X>();
    let image = given.input;
    let output = given.output + <usize>first * sizeof<X>();
    for (let b = given.batches; b > 0; b--) {
      for (let y = 0; y < given.outputHeight; y++) {
        for (let x = 0; x < given.outputWidth; x++) {
          let s0: S = 0, s1: S = 0, s2: S = 0, s3: S = 0;
          let w = tile;
          for (let fy = 0; fy < filterHeight; fy++) {
            const u = y * given.strideHeight - given.padTop + fy * given.dilationHeight;
            if (<u32>u >= <u32>inputHeight) {
              w += <usize>filterWidth * 4 * sizeof<W>();
              continue;
            }
            let v = x * given.strideWidth - given.padLeft;
            const row = image + <usize>(u * inputWidth * pixelBytes);
            for (const rowEnd = w + <usize>filterWidth * 4 * sizeof<W>(); w < rowEnd; w += 4 * sizeof<W>(), v += dilationWidth) {
              if (<u32>v >= <u32>inputWidth) continue;
              const p = row + <usize>(v * pixelBytes);
              if (isFloat<X>()) {
                s0 += <S>load<X>(p + c0) * <S>load<W>(w);
                s1 += <S>load<X>(p + c1) * <S>load<W>(w, sizeof<W>());
                s2 += <S>load<X>(p + c2) * <S>load<W>(w, 2 * sizeof<W>());
                s3 += <S>load<X>(p + c3) * <S>load<W>(w, 3 * sizeof<W>());
              } else {
                s0 += <S>(<P>load<X>(p + c0) - zeroPoint) * (<S>load<W>(w) - weightsZeroPoint);
                s1 += <S>(<P>load<X>(p + c1) - zeroPoint) * (<S>load<W>(w, 1) - weightsZeroPoint);
                s2 += <S>(<P>load<X>(p + c2) - zeroPoint) * (<S>load<W>(w, 2) - weightsZeroPoint);
                s3 += <S>(<P>load<X>(p + c3) - zeroPoint) * (<S>load<W>(w, 3) - weightsZeroPoint);
              }
            }
          }
          storeOutput<X, S>(given, header, 0, s0, output);
          if (end > 1) storeOutput<X, S>(given, header, 1, s1, output + sizeof<X>());
          if (end > 2) storeOutput<X, S>(given, header, 2, s2, output + 2 * sizeof<X>());
          if (end > 3) storeOutput<X, S>(given, header, 3, s3, output + 3 * sizeof<X>());
          output += <usize>outputs * sizeof<X>();
        }
      }
      image += <usize>(inputHeight * inputWidth * pixelBytes);
    }
  }
}
