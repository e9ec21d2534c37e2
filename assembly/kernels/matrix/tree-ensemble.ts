/**
 * An ensemble of decision trees over the features of a row.
 *
 * input  [rows, features] float32 or int8, in linear memory
 * output [rows, targets] float32, in linear memory; does not overlap the input
 * trees  [treeCount] in the weights section: uint32 address of the root's record, uint32 first target in bytes
 * record in the weights section, a branch or a leaf. Of a branch: feature, threshold, and the number in its tree of the
 *        record where the walk goes on unless the test is passed; where it is, it goes on at the next record. How they lie
 *        is said below and, with how they are made, in host/lower/matrix/tree-records.ts
 * leaves [rows of leaves, width] float32 and base [targets] float32, in the weights section
 *
 *   float32: passes = input[feature] <= threshold, or input[feature] is NaN and the branch sends it along
 *   int8:    passes = input[feature] < threshold
 *   output[t] = aggregate over the trees, in order, of leaf[t - first target of the tree], / divisor + base[t]
 *
 * Of the least and the greatest a leaf of NaN gives nothing, and a target to which nothing was given is 0.
 * Accumulator: float32, in the output. Source: ONNX, operator `TreeEnsemble` of domain ai.onnx.ml.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { TreeEnsembleParameters } from "../../parameters";

export function treeEnsembleFloat32(parameters: i32, to: usize): void {
  treeEnsemble<f32, u16>(parameters, to);
}

export function treeEnsembleWideFloat32(parameters: i32, to: usize): void {
  treeEnsemble<f32, u32>(parameters, to);
}

export function treeEnsembleInt8(parameters: i32, to: usize): void {
  treeEnsemble<i8, u16>(parameters, to);
}

export function treeEnsembleWideInt8(parameters: i32, to: usize): void {
  treeEnsemble<i8, u32>(parameters, to);
}

/** Bytes of the largest record, for which there is room behind the parameters. */
// @ts-ignore: decorator
@inline
const recordBytes: usize = 12;

/** A record of a branch on values of type X whose numbers are of type N. */
// @ts-ignore: decorator
@inline
function sizeOfRecord<X, N>(): i32 {
  return isFloat<X>() ? 4 + 2 * sizeof<N>() : 2 * sizeof<N>();
}

/** The leaf's weight where there is one, else the number of its row. */
// @ts-ignore: decorator
@inline
function leafRow<X, N>(record: usize): u32 {
  return isFloat<X>() || sizeof<N>() == 4 ? load<u32>(record) : load<u32>(record) & 0xffffff;
}

/** Reads records from a root on to `record`; it holds the leaf then at which the walk of the row at `input` ends. */
// @ts-ignore: decorator
@inline
function walk<X, N>(root: i32, input: usize, record: usize): void {
  const bytes = sizeOfRecord<X, N>();
  for (let at = root; ; ) {
    readWeights(record, at, bytes);
    let next: i32;
    if (isFloat<X>()) {
      // Threshold, feature with NaN in its highest bit, next.
      const tag = <u32>load<N>(record, 4), leaf = <u32>(<N>-1);
      if (tag == leaf) return;
      const x = load<f32>(input + ((tag & (leaf >> 1)) << 2));
      if (x <= load<f32>(record) || (x != x && tag > leaf >> 1)) {
        at += bytes;
        continue;
      }
      next = <i32>load<N>(record, 4 + sizeof<N>());
    } else {
      // Next, threshold in the low byte of what holds the feature.
      const feature = <u32>load<N>(record, sizeof<N>()) >> 8;
      if (feature == <u32>(<N>-1) >> 8) return;
      if (load<i8>(input + feature) < load<i8>(record, sizeof<N>())) {
        at += bytes;
        continue;
      }
      next = <i32>load<N>(record);
    }
    at = root + next * bytes;
  }
}

/** What a target has, with what a leaf gives. */
// @ts-ignore: decorator
@inline
function join(aggregate: i32, has: f32, given: f32): f32 {
  if (aggregate == 0) return has + given;
  if (given != given) return has;
  if (has != has) return given;
  return aggregate == 1 ? min<f32>(has, given) : max<f32>(has, given);
}

// @ts-ignore: decorator
@inline
function treeEnsemble<X, N>(parameters: i32, to: usize): void {
  const given = readParameters<TreeEnsembleParameters>(parameters, to);
  const record = to + offsetof<TreeEnsembleParameters>(), row = record + recordBytes;
  const targetBytes = <usize>given.targets << 2, leafBytes = <usize>given.width << 2;
  const aggregate = given.aggregate, inline = isFloat<X>() && leafBytes == 4;
  const treesEnd = given.trees + (given.treeCount << 3);
  let input = given.input, output = given.output;
  for (let rows = given.rows; rows > 0; rows--) {
    const none: f32 = aggregate == 0 ? 0 : NaN;
    for (let t: usize = 0; t < targetBytes; t += 4) store<f32>(output + t, none);
    for (let tree = <i32>given.trees; tree < <i32>treesEnd; tree += 8) {
      readWeights(record, tree, 8);
      const target = output + load<u32>(record, 4);
      walk<X, N>(load<i32>(record), input, record);
      let leaf = record;
      if (!inline) {
        readWeights(row, <i32>(given.leaves + leafRow<X, N>(record) * <u32>leafBytes), <i32>leafBytes);
        leaf = row;
      }
      for (let t: usize = 0; t < leafBytes; t += 4)
        store<f32>(target + t, join(aggregate, load<f32>(target + t), load<f32>(leaf + t)));
    }
    readWeights(row, <i32>given.base, <i32>targetBytes);
    const divisor = given.divisor;
    for (let t: usize = 0; t < targetBytes; t += 4) {
      let result = load<f32>(output + t);
      if (aggregate != 0 && result != result) result = 0;
      store<f32>(output + t, canonical(result / divisor + load<f32>(row + t)));
    }
    input += <usize>given.features * sizeof<X>();
    output += targetBytes;
  }
}
