/**
 * The walk of recurrent layers of float32 through the times of a sequence: what their kernels share.
 *
 * At each time every batch has a row of sums in scratch: gate after gate, `gateBytes` from one to the next, as many units
 * as fill tiles of 4. A row begins with the biases, to which products are added; what gates need besides lies behind them.
 *
 * Weights, in the weights section: for every 4 outputs (units of gates, filled up with zeros) their scales, where they are
 * stored as int8, then for every element of the vector 4 weights. `chunk` elements' weights lie in the tile at once,
 * behind the scales. Accumulator: float32, from the first element of a vector to its last. Weights of int8 are not widened:
 * what a chunk's integers give is multiplied by their scale as it is added.
 */
import { readParameters, readWeights } from "../host-imports/weights";
import { RecurrentLayerParameters, SequenceWalkParameters } from "../parameters";
import { canonical } from "./canonical";
import { activate, GateActivation } from "./gate-activation";
import { startState } from "./sequence-walk";
import { readStored, storedBytes, storedFloat16, storedInt8 } from "./stored-weights";

/** A product, as it lies in the block. */
@unmanaged
class Matrix {
  weights: i32;
  depth: i32;
  outputs: i32;
  step: i32;
  storage: i32;
}

/** Bytes of a tile's scales. */
// @ts-ignore: decorator
@inline
const scaleBytes = 16;

/** Reads the block and sets the state to its first value. */
export function startWalk(parameters: i32, to: usize, hasCell: bool): RecurrentLayerParameters {
  const walk = readParameters<RecurrentLayerParameters>(parameters, to);
  const bytes = walk.batches * walk.units << 2;
  startState(walk.hidden, walk.initialHidden, walk.hasInitialHidden, 0, bytes);
  if (hasCell) startState(walk.cell, walk.initialCell, walk.hasInitialCell, 0, bytes);
  return walk;
}

// @ts-ignore: decorator
@inline
export function sequenceOf(walk: RecurrentLayerParameters): SequenceWalkParameters {
  return changetype<SequenceWalkParameters>(walk);
}

/** Sets the gates' sums to the biases, the inputs' products and those of the hidden state. */
export function addInputs(walk: RecurrentLayerParameters): void {
  const rowBytes = walk.rowBytes;
  let row = walk.gates;
  for (let b = walk.batches; b > 0; b--, row += rowBytes) readWeights(row, walk.biases, rowBytes);
  addProduct(walk, offsetof<RecurrentLayerParameters>("inputWeights"), walk.input, walk.gates);
  addProduct(walk, offsetof<RecurrentLayerParameters>("recurrentWeights"), walk.hidden, walk.gates);
}

/** Adds what the candidate's matrix makes of vectors. */
// @ts-ignore: decorator
@inline
export function addCandidate(walk: RecurrentLayerParameters, vectors: usize, sums: usize): void {
  addProduct(walk, offsetof<RecurrentLayerParameters>("candidateWeights"), vectors, sums);
}

/** Adds the product of the matrix at `offset` of the block and each batch's vector to the batch's sums. */
function addProduct(walk: RecurrentLayerParameters, offset: usize, vectors: usize, sums: usize): void {
  const matrix = changetype<Matrix>(changetype<usize>(walk) + offset);
  const depth = matrix.depth, step = matrix.step, storage = matrix.storage, chunk = walk.chunk, rowBytes = walk.rowBytes;
  const tile = walk.tile, scales = tile - scaleBytes;
  let weights = matrix.weights;
  for (let n = matrix.outputs; n > 0; n -= 4, sums += 16) {
    if (storage == storedInt8) {
      readWeights(scales, weights, scaleBytes);
      weights += scaleBytes;
    }
    for (let k = 0; k < depth; k += chunk) {
      const count = min(chunk, depth - k);
      if (storage == storedInt8) readWeights(tile, weights, count << 2);
      else readStored<f32>(tile, weights, 0, count << 2, count << 2, storage, 0, 0, 0, 0);
      weights += storedBytes<f32>(count << 2, storage);
      let vector = vectors + (k << 2), to = sums;
      for (let b = walk.batches; b > 0; b--, vector += step, to += rowBytes) {
        if (storage == storedInt8) addTileInt8(tile, vector, count, to);
        else addTile(tile, vector, count, to);
      }
    }
  }
}

/** Adds the products of a tile's weights of int8 and a vector to 4 sums. */
function addTileInt8(tile: usize, vector: usize, count: i32, sums: usize): void {
  const scales = tile - scaleBytes;
  let s0: f32 = 0, s1: f32 = 0, s2: f32 = 0, s3: f32 = 0;
  for (const end = vector + (count << 2); vector < end; vector += 4, tile += 4) {
    const x = load<f32>(vector);
    s0 += x * <f32>load<i8>(tile);
    s1 += x * <f32>load<i8>(tile, 1);
    s2 += x * <f32>load<i8>(tile, 2);
    s3 += x * <f32>load<i8>(tile, 3);
  }
  store<f32>(sums, load<f32>(sums) + load<f32>(scales) * s0);
  store<f32>(sums, load<f32>(sums, 4) + load<f32>(scales, 4) * s1, 4);
  store<f32>(sums, load<f32>(sums, 8) + load<f32>(scales, 8) * s2, 8);
  store<f32>(sums, load<f32>(sums, 12) + load<f32>(scales, 12) * s3, 12);
}

/** Adds the products of a tile's weights and a vector to 4 sums. */
function addTile(tile: usize, vector: usize, count: i32, sums: usize): void {
  let s0 = load<f32>(sums), s1 = load<f32>(sums, 4), s2 = load<f32>(sums, 8), s3 = load<f32>(sums, 12);
  const end = vector + (count << 2), blocksEnd = vector + ((count & ~3) << 2);
  for (; vector < blocksEnd; vector += 16, tile += 64) {
    const x0 = load<f32>(vector), x1 = load<f32>(vector, 4), x2 = load<f32>(vector, 8), x3 = load<f32>(vector, 12);
    s0 = s0 + x0 * load<f32>(tile) + x1 * load<f32>(tile, 16) + x2 * load<f32>(tile, 32) + x3 * load<f32>(tile, 48);
    s1 = s1 + x0 * load<f32>(tile, 4) + x1 * load<f32>(tile, 20) + x2 * load<f32>(tile, 36) + x3 * load<f32>(tile, 52);
    s2 = s2 + x0 * load<f32>(tile, 8) + x1 * load<f32>(tile, 24) + x2 * load<f32>(tile, 40) + x3 * load<f32>(tile, 56);
    s3 = s3 + x0 * load<f32>(tile, 12) + x1 * load<f32>(tile, 28) + x2 * load<f32>(tile, 44) + x3 * load<f32>(tile, 60);
  }
  for (; vector < end; vector += 4, tile += 16) {
    const x = load<f32>(vector);
    s0 += x * load<f32>(tile);
    s1 += x * load<f32>(tile, 4);
    s2 += x * load<f32>(tile, 8);
    s3 += x * load<f32>(tile, 12);
  }
  store<f32>(sums, s0);
  store<f32>(sums, s1, 4);
  store<f32>(sums, s2, 8);
  store<f32>(sums, s3, 12);
}

/** The function of that number of a gate's sum, which is limited before. */
export function gateOf(walk: RecurrentLayerParameters, number: i32, sum: f32): f32 {
  return functionOf(walk, number, min(max(sum, -walk.clip), walk.clip));
}

/** The function of that number of any value. */
// @ts-ignore: decorator
@inline
export function functionOf(walk: RecurrentLayerParameters, number: i32, x: f32): f32 {
  const functions = changetype<usize>(walk) + offsetof<RecurrentLayerParameters>("activation0");
  return activate(changetype<GateActivation>(functions + <usize>number * offsetof<GateActivation>()), x);
}

/** Stores a number of the state. */
// @ts-ignore: decorator
@inline
export function storeState(at: usize, value: f32): void {
  store<f32>(at, canonical(value));
}
