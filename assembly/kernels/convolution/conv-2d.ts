/**
 * 2-d convolution, int8, per-channel weights.
 *
 * input  [batches, inputHeight, inputWidth, inputChannels] int8, NHWC
 * output [batches, outputHeight, outputWidth, outputChannels] int8, NHWC
 * filter [outputChannels, filterHeight, filterWidth, inputChannels] int8, OHWI, in tiles (below)
 *
 *   accumulator[b,y,x,n] = bias[n] + sum over fy, fx, c of
 *                          input[b, y*strideHeight - padTop + fy*dilationHeight, x*strideWidth - ..., c] * filter[n,fy,fx,c]
 *   output = clamp(outputZeroPoint + requantize(accumulator, multiplier[n], shift[n]), low, high)
 *
 * Pixels outside the input count as `inputZeroPoint`; the host folds -inputZeroPoint * sum(filter[n]) into bias[n].
 *
 * Tiles: for every 4 output channels (the last filled up with zeros), at `weights` in the weights section:
 * bias[4] int32, multiplier[4] int32, shift[4] int32 (positive: right; 64 added: rounded once), then for every 4 inputs of the patch
 * (depth = filterHeight * filterWidth * inputChannels, filled up with zeros) 4 outputs of 4 int8.
 *
 * How: three output positions are packed into 21-bit lanes (see math/lanes), so that one multiplication serves
 * three; the packed patch is used for all output channels. Accumulator: lanes are emptied into int32 after `chunk`
 * products, a multiple of 4, chosen by the host so that chunk * 128 * max|weight| < 2^20. The int32 sum is bounded by
 * depth * 2^14, far below 2^31 for every patch that fits into memory.
 *
 * Weights of any storage (math/stored-weights) are unpacked `chunk` inputs at a time; a lane takes `laneChunks` of these.
 *
 * scratch: depth (to a multiple of 4) * 8 bytes patch, then 48 + chunk * 4 bytes tile, then 48 bytes sums. Of any storage: patch,
 * sums, tile, codebook. Where three positions begin is noted where the tile, or the sums, come later: 36 bytes.
 * Source: TFLite 8-bit quantization specification; TFLite reference kernel `ConvPerChannel`.
 */
import { endParameters, readParameters, readWeights } from "../../host-imports/weights";
import { is } from "../../math/kinds";
import { addLanes, laneOffset, lanesStart, packRun } from "../../math/lanes";
import { filledDepth, readCodebook, readInt8, storedBytes } from "../../math/stored-weights";
import { bitsOf, offsetOf, Once, ShiftEitherWay, ShiftRight, storeSumsBy } from "../../math/requantize";
import { StoredWindowParameters } from "../../parameters";

/** Whether weights take all of their 8 bits. */
type AsComputed = bool;
type Stored = i32;

/** Bytes of a tile's sums: 4 channels of 3 positions, int32. */
const sumsBytes: usize = 48;

/** Channels that shift to the right. */
export function conv2dInt8(parameters: i32, to: usize): void {
  conv2d<ShiftRight, AsComputed>(parameters, to);
}

/** Channels that are rounded once. */
export function conv2dOnceInt8(parameters: i32, to: usize): void {
  conv2d<Once, AsComputed>(parameters, to);
}

/** Any channels. */
export function conv2dEitherWayInt8(parameters: i32, to: usize): void {
  conv2d<ShiftEitherWay, AsComputed>(parameters, to);
}

/** Weights of any storage, channels that shift either way. */
export function conv2dStoredInt8(parameters: i32, to: usize): void {
  conv2d<ShiftEitherWay, Stored>(parameters, to);
}

/** Weights of any storage, channels that are rounded once. */
export function conv2dStoredOnceInt8(parameters: i32, to: usize): void {
  conv2d<Once, Stored>(parameters, to);
}

// @ts-ignore: decorator
@inline
function conv2d<Shift, Weights>(parameters: i32, to: usize): void {
  const given = readParameters<StoredWindowParameters>(parameters, to);
  const input = given.input, output = given.output, patch = given.scratch, first = given.weights, batches = given.batches;
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, inputChannels = given.inputChannels;
  const outputHeight = given.outputHeight, outputWidth = given.outputWidth, outputChannels = given.outputs;
  const filterHeight = given.filterHeight, filterWidth = given.filterWidth;
  const strideHeight = given.strideHeight, strideWidth = given.strideWidth;
  const dilationHeight = given.dilationHeight, dilationWidth = given.dilationWidth;
  const padTop = given.padTop, padLeft = given.padLeft;
  const inputZeroPoint = given.inputZeroPoint, outputZeroPoint = given.outputZeroPoint;
  const low = given.low, high = given.high, chunk = given.chunk;
  const laneChunks = is<Weights, Stored>() ? given.laneChunks : 1, storage = is<Weights, Stored>() ? given.storage : 0;
  endParameters(to);
  const positions = batches * outputHeight * outputWidth, last = positions - 1;
  const imageBytes = inputHeight * inputWidth * inputChannels;
  const across = dilationWidth == 1 ? 0 : -1;
  const depth = filterHeight * filterWidth * inputChannels;
  const paddedDepth = (depth + 3) & ~3;
  const tile = patch + (<usize>paddedDepth << 3);
  const weights = is<Weights, Stored>() ? readCodebook(codebookOf(tile, chunk), first, storage) : first;
  for (let p = patch + (<usize>depth << 3); p < tile; p += 8) store<i64>(p, 0);

  for (let position = 0; position < positions; position += 3) {
    // Of each position the first column, the first row and the image; `edges` is negative where a window reaches over an edge.
    let edges = across, next = position, place = tile;
    do {
      const row = next / outputWidth, image = row / outputHeight;
      const x = (next - row * outputWidth) * strideWidth - padLeft;
      edges |= x | (inputWidth - filterWidth - x);
      store<i32>(place, x);
      store<i32>(place, (row - image * outputHeight) * strideHeight - padTop, 4);
      store<usize>(place, input + image * imageBytes, 8);
      next += i32(next < last);
      place += 12;
    } while (place < tile + 36);
    const x0 = load<i32>(tile), y0 = load<i32>(tile, 4), image0 = load<usize>(tile, 8);
    const x1 = load<i32>(tile, 12), y1 = load<i32>(tile, 16), image1 = load<usize>(tile, 20);
    const x2 = load<i32>(tile, 24), y2 = load<i32>(tile, 28), image2 = load<usize>(tile, 32);

    const columns = edges >= 0 ? filterWidth : 1;
    const runBytes = <usize>(columns * inputChannels) << 3;
    const outside = tile;
    store<i8>(outside, inputZeroPoint);
    let p = patch;
    for (let fy = 0; fy < filterHeight; fy++) {
      const dy = fy * dilationHeight;
      for (let fx = 0; fx < filterWidth; fx += columns) {
        const dx = fx * dilationWidth;
        const a = pixel(image0, y0 + dy, x0 + dx, inputHeight, inputWidth, inputChannels, outside);
        const b = pixel(image1, y1 + dy, x1 + dx, inputHeight, inputWidth, inputChannels, outside);
        const c = pixel(image2, y2 + dy, x2 + dx, inputHeight, inputWidth, inputChannels, outside);
        packRun(p, p + runBytes, a, b, c, i32(a != outside), i32(b != outside), i32(c != outside));
        p += runBytes;
      }
    }
    const at = output + position * outputChannels, count = min(positions - position, 3);
    if (is<Weights, Stored>()) {
      multiplyStored<Shift>(
        patch, tile, weights, paddedDepth, chunk, laneChunks, storage, outputChannels, at, count, outputZeroPoint, low, high,
      );
    } else {
      multiply<Shift>(
        patch, tile, weights, paddedDepth, chunk, outputChannels, at, count, outputZeroPoint, low, high,
      );
    }
  }
}

/** Address of a pixel's channels, or `outside` where the pixel lies outside. */
// @ts-ignore: decorator
@inline
function pixel(image: usize, y: i32, x: i32, height: i32, width: i32, channels: i32, outside: usize): usize {
  const isInside = i32(<u32>y < <u32>height) & i32(<u32>x < <u32>width);
  return select<usize>(image + (y * width + x) * channels, outside, isInside);
}

/**
 * All output channels of at most three positions, whose packed patch lies at `patch`; outputs go to `output`,
 * one position after the other.
 */
function multiply<Shift>(
  patch: usize, tile: usize, weights: i32, depth: i32, chunk: i32, outputChannels: i32,
  output: usize, positions: i32, zeroPoint: i32, low: i32, high: i32,
): void {
  const whole = chunk >= depth;
  const readAtOnce = whole ? 48 + (depth << 2) : 48;
  const patchEnd = patch + (<usize>depth << 3);
  const sums = tile + 48 + (chunk << 2);
  const starts = (depth + chunk - 1) / chunk * laneOffset;
  for (const end = output + outputChannels; output < end; output += 4) {
    readWeights(tile, weights, readAtOnce);
    weights += readAtOnce;
    memory.fill(sums, 0, sumsBytes);
    for (let p = patch; p < patchEnd; ) {
      const chunkEnd = min(p + (<usize>chunk << 3), patchEnd);
      if (!whole) {
        const bytes = <i32>(chunkEnd - p) >> 1;
        readWeights(tile + 48, weights, bytes);
        weights += bytes;
      }
      let s0 = lanesStart, s1 = lanesStart, s2 = lanesStart, s3 = lanesStart;
      let w = tile;
      do {
        const x0 = load<i64>(p), x1 = load<i64>(p, 8), x2 = load<i64>(p, 16), x3 = load<i64>(p, 24);
        s0 = s0 + x0 * <i64>load<i8>(w, 48) + x1 * <i64>load<i8>(w, 49) + x2 * <i64>load<i8>(w, 50) + x3 * <i64>load<i8>(w, 51);
        s1 = s1 + x0 * <i64>load<i8>(w, 52) + x1 * <i64>load<i8>(w, 53) + x2 * <i64>load<i8>(w, 54) + x3 * <i64>load<i8>(w, 55);
        s2 = s2 + x0 * <i64>load<i8>(w, 56) + x1 * <i64>load<i8>(w, 57) + x2 * <i64>load<i8>(w, 58) + x3 * <i64>load<i8>(w, 59);
        s3 = s3 + x0 * <i64>load<i8>(w, 60) + x1 * <i64>load<i8>(w, 61) + x2 * <i64>load<i8>(w, 62) + x3 * <i64>load<i8>(w, 63);
        p += 32;
        w += 16;
      } while (p < chunkEnd);
      addLanes(sums, s0);
      addLanes(sums + 12, s1);
      addLanes(sums + 24, s2);
      addLanes(sums + 36, s3);
    }
    storeTile<Shift>(tile, sums, starts, output, min(output + 4, end), outputChannels, positions, zeroPoint, low, high);
  }
}

/** Where the codebook lies behind sums and a tile of `chunk` inputs. */
// @ts-ignore: decorator
@inline
function codebookOf(sums: usize, chunk: i32): usize {
  return sums + sumsBytes + 48 + (<usize>chunk << 2);
}

/** As `multiply`, of weights of any storage: sums come first, then a part of a tile, then the codebook. */
function multiplyStored<Shift>(
  patch: usize, sums: usize, weights: i32, depth: i32, chunk: i32, laneChunks: i32, storage: i32, outputChannels: i32,
  output: usize, positions: i32, zeroPoint: i32, low: i32, high: i32,
): void {
  const tile = sums + sumsBytes, codebook = codebookOf(sums, chunk);
  const filled = filledDepth(depth, 4, storage);
  const tileBytes = 48 + storedBytes<i8>(filled << 2, storage);
  const patchEnd = patch + (<usize>depth << 3);
  const inLanes = chunk * laneChunks;
  const starts = (depth + inLanes - 1) / inLanes * laneOffset;
  for (const end = output + outputChannels; output < end; output += 4) {
    readWeights(tile, weights, 48);
    memory.fill(sums, 0, sumsBytes);
    let s0 = lanesStart, s1 = lanesStart, s2 = lanesStart, s3 = lanesStart;
    let p = patch, from = 0, left = laneChunks;
    do {
      const count = min(chunk, filled - from);
      readInt8(tile + 48, weights + 48, from << 2, count << 2, filled << 2, storage, codebook);
      from += count;
      const chunkEnd = min(p + (<usize>count << 3), patchEnd);
      let w = tile;
      do {
        const x0 = load<i64>(p), x1 = load<i64>(p, 8), x2 = load<i64>(p, 16), x3 = load<i64>(p, 24);
        s0 = s0 + x0 * <i64>load<i8>(w, 48) + x1 * <i64>load<i8>(w, 49) + x2 * <i64>load<i8>(w, 50) + x3 * <i64>load<i8>(w, 51);
        s1 = s1 + x0 * <i64>load<i8>(w, 52) + x1 * <i64>load<i8>(w, 53) + x2 * <i64>load<i8>(w, 54) + x3 * <i64>load<i8>(w, 55);
        s2 = s2 + x0 * <i64>load<i8>(w, 56) + x1 * <i64>load<i8>(w, 57) + x2 * <i64>load<i8>(w, 58) + x3 * <i64>load<i8>(w, 59);
        s3 = s3 + x0 * <i64>load<i8>(w, 60) + x1 * <i64>load<i8>(w, 61) + x2 * <i64>load<i8>(w, 62) + x3 * <i64>load<i8>(w, 63);
        p += 32;
        w += 16;
      } while (p < chunkEnd);
      if (--left == 0 || p == patchEnd) {
        addLanes(sums, s0);
        addLanes(sums + 12, s1);
        addLanes(sums + 24, s2);
        addLanes(sums + 36, s3);
        s0 = lanesStart;
        s1 = lanesStart;
        s2 = lanesStart;
        s3 = lanesStart;
        left = laneChunks;
      }
    } while (p < patchEnd);
    weights += tileBytes;
    storeTile<Shift>(tile, sums, starts, output, min(output + 4, end), outputChannels, positions, zeroPoint, low, high);
  }
}

/**
 * Requantizes a tile's sums, at most 4 channels of three, and stores the channels from `output` to `end`, `positions` of
 * each, `stride` bytes apart. `tile` points to the biases of the channels. `excess` is subtracted from every sum.
 */
// @ts-ignore: decorator
@inline
function storeTile<Shift>(
  tile: usize, sums: usize, excess: i32, output: usize, end: usize, stride: usize, positions: i32,
  zeroPoint: i32, low: i32, high: i32,
): void {
  do {
    const bias = load<i32>(tile) - excess;
    const multiplier = <i64>load<i32>(tile, 16);
    const bits = bitsOf<Shift>(load<i32>(tile, 32)), offset = offsetOf<Shift>(bits, zeroPoint);
    const last = sums + (positions << 2);
    storeSumsBy<Shift>(sums, last, output, stride, bias, multiplier, bits, offset, zeroPoint, low, high);
    tile += 4;
    sums += 12;
    output++;
  } while (output < end);
}
