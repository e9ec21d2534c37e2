/**
 * The walk of recurrent layers of integers through the times of a sequence: what their kernels share.
 *
 * At each time every batch has a row of sums in scratch, int16 in Q3.12: gate after gate, as many as there are units, then
 * from a multiple of 4 on what a candidate's product takes or gives.
 *
 *   sum = int16(rescale(W x + b) + rescale(R hidden + r)), each rescaled sum limited to int16
 *
 * Weights, in the weights section: for every 4 rows of a matrix, filled up with zeros, their biases, multipliers and shifts
 * (positive: to the right), then for every 4 elements of the vector 4 rows of 4 int8. Zero points are in the biases.
 * Accumulator: int32, below depth * 2^15 + 2^30, as the host limits the depth to 2^15.
 */
import { readParameters, readWeights } from "../host-imports/weights";
import { IntegerLayerParameters, SequenceWalkParameters } from "../parameters";
import { gateOfSum, int16 } from "./integer-gates";
import { clamp, rescale } from "./requantize";
import { startState } from "./sequence-walk";
import { sigmoidTableBytes } from "./sigmoid-table";

/** A product, as it lies in the block. */
@unmanaged
class Matrix {
  weights: i32;
  depth: i32;
  outputs: i32;
  step: i32;
}

/** Bytes of the 4 sums that lie before a tile, and of its constants. */
// @ts-ignore: decorator
@inline
const sumBytes = 16;
// @ts-ignore: decorator
@inline
const constantBytes = 48;

/** Reads the block and the table, and sets hidden state and state of int16 to their first values. */
export function startIntegerWalk(parameters: i32, to: usize, hasState: bool): IntegerLayerParameters {
  const walk = readParameters<IntegerLayerParameters>(parameters, to);
  const elements = walk.batches * walk.units;
  readWeights(walk.table, walk.tableWeights, sigmoidTableBytes);
  startState(walk.hidden, walk.initialHidden, walk.hasInitialHidden, walk.zero, elements);
  if (hasState) startState(walk.state, walk.initialState, walk.hasInitialState, 0, elements << 1);
  return walk;
}

// @ts-ignore: decorator
@inline
export function sequenceOf(walk: IntegerLayerParameters): SequenceWalkParameters {
  return changetype<SequenceWalkParameters>(walk);
}

/** Sets the gates' sums to what inputs and hidden state give. */
export function sumGates(walk: IntegerLayerParameters): void {
  multiply(walk, offsetof<IntegerLayerParameters>("inputWeights"), walk.input, walk.gates, false);
  multiply(walk, offsetof<IntegerLayerParameters>("recurrentWeights"), walk.hidden, walk.gates, true);
}

/** Sets sums to what the candidate's matrix makes of vectors, or adds that to them. */
// @ts-ignore: decorator
@inline
export function multiplyCandidate(walk: IntegerLayerParameters, vectors: usize, sums: usize, adds: bool): void {
  multiply(walk, offsetof<IntegerLayerParameters>("candidateWeights"), vectors, sums, adds);
}

/** Sets each batch's sums to the product of the matrix at `offset` of the block and its vector, or adds that to them. */
function multiply(walk: IntegerLayerParameters, offset: usize, vectors: usize, sums: usize, adds: bool): void {
  const matrix = changetype<Matrix>(changetype<usize>(walk) + offset);
  const depth = matrix.depth, chunk = walk.chunk, tile = walk.tile;
  const padded = (depth + 3) & ~3, whole = padded <= chunk;
  let weights = matrix.weights;
  for (let n = matrix.outputs; n > 0; n -= 4, sums += 8) {
    readWeights(tile + sumBytes, weights, constantBytes + (whole ? padded << 2 : 0));
    weights += constantBytes;
    let vector = vectors, to = sums;
    for (let b = walk.batches; b > 0; b--, vector += matrix.step, to += walk.rowBytes) {
      const blocksEnd = vector + (depth & ~3), vectorEnd = vector + depth;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, x = vector;
      for (let k = 0; k < padded; k += chunk) {
        const length = min(chunk, padded - k);
        if (!whole) readWeights(tile + (sumBytes + constantBytes), weights + (k << 2), length << 2);
        let w = tile;
        const end = min(x + length, blocksEnd);
        if (x < end) {
          do {
            const x0 = <i32>load<i8>(x), x1 = <i32>load<i8>(x, 1), x2 = <i32>load<i8>(x, 2), x3 = <i32>load<i8>(x, 3);
            s0 = s0 + x0 * <i32>load<i8>(w, 64) + x1 * <i32>load<i8>(w, 65) + x2 * <i32>load<i8>(w, 66) + x3 * <i32>load<i8>(w, 67);
            s1 = s1 + x0 * <i32>load<i8>(w, 68) + x1 * <i32>load<i8>(w, 69) + x2 * <i32>load<i8>(w, 70) + x3 * <i32>load<i8>(w, 71);
            s2 = s2 + x0 * <i32>load<i8>(w, 72) + x1 * <i32>load<i8>(w, 73) + x2 * <i32>load<i8>(w, 74) + x3 * <i32>load<i8>(w, 75);
            s3 = s3 + x0 * <i32>load<i8>(w, 76) + x1 * <i32>load<i8>(w, 77) + x2 * <i32>load<i8>(w, 78) + x3 * <i32>load<i8>(w, 79);
            w += 16;
            x += 4;
          } while (x < end);
        }
        if (k + length == padded) {
          for (; x < vectorEnd; x++, w++) {
            const rest = <i32>load<i8>(x);
            s0 += rest * <i32>load<i8>(w, 64);
            s1 += rest * <i32>load<i8>(w, 68);
            s2 += rest * <i32>load<i8>(w, 72);
            s3 += rest * <i32>load<i8>(w, 76);
          }
        }
      }
      store<i32>(tile, s0);
      store<i32>(tile, s1, 4);
      store<i32>(tile, s2, 8);
      store<i32>(tile, s3, 12);
      storeGates(tile, to, adds);
    }
    weights += padded << 2;
  }
}

/** Stores the 4 sums before a tile as gates, or adds them to gates. */
function storeGates(tile: usize, to: usize, adds: bool): void {
  const end = tile + sumBytes;
  do {
    const sum: i32 = load<i32>(tile) + load<i32>(tile, 16);
    const gate = gateOfSum(sum, load<i32>(tile, 32), load<i32>(tile, 48));
    store<i16>(to, adds ? int16(gate + load<i16>(to)) : gate);
    tile += 4;
    to += 2;
  } while (tile < end);
}

/** Stores a number of the hidden state. */
export function storeHidden(walk: IntegerLayerParameters, at: usize, value: i32): void {
  const hidden = rescale(value, walk.hiddenMultiplier, walk.hiddenShift) + walk.hiddenZeroPoint;
  store<i8>(at, clamp(hidden, i8.MIN_VALUE, i8.MAX_VALUE));
}
