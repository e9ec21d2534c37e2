/**
 * Probabilities of classes from those of their pairs.
 *
 * input  [rows, pairs] float32: r(i, j) of 0 <= i < j < classes, the probability of class i where it is i or j
 * output [rows, classes] float32; does not overlap the input
 *
 *   r(j, i) = 1 - r(i, j);  Q(i, i) = sum over j of r(j, i)^2;  Q(i, j) = -r(j, i) r(i, j)
 *   p minimizes p' Q p where the p add up to 1: from p = 1 / classes on, one class after the other,
 *     d = (p' Q p - (Q p)(i)) / Q(i, i);  p(i) += d;  p /= 1 + d
 *   until no (Q p)(i) differs from p' Q p by `tolerance`, for `steps` rounds at most
 *
 * Q and Q p lie in scratch memory. Accumulator: float32.
 * Source: Wu, Lin, Weng: Probability Estimates for Multi-class Classification by Pairwise Coupling (2004), method 2, as
 * LIBSVM and ONNX Runtime iterate it.
 */
import { readParameters } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { PairwiseCouplingParameters } from "../../parameters";

export function pairwiseCouplingFloat32(parameters: i32, to: usize): void {
  const given = readParameters<PairwiseCouplingParameters>(parameters, to);
  const q = to + offsetof<PairwiseCouplingParameters>();
  const bytes = <usize>given.classes << 2, qp = q + <usize>given.classes * bytes;
  let pairs = given.input, p = given.output;
  for (let rows = given.rows; rows > 0; rows--, p += bytes) {
    pairs = fillQ(pairs, q, bytes);
    const first: f32 = 1 / <f32>given.classes;
    for (let i: usize = 0; i < bytes; i += 4) store<f32>(p + i, first);
    for (let steps = given.steps; steps > 0; steps--) {
      if (step(q, qp, p, bytes, given.tolerance)) break;
    }
    for (let i: usize = 0; i < bytes; i += 4) store<f32>(p + i, canonical(load<f32>(p + i)));
  }
}

/** Q of a row's pairs; answers where the next row's begin. */
function fillQ(pairs: usize, q: usize, bytes: usize): usize {
  for (let i: usize = 0; i < bytes; i += 4) store<f32>(q + (i >> 2) * bytes + i, 0);
  // Diagonals get their terms in the order of the other class: pair by pair of ascending i is ascending j for each.
  for (let i: usize = 0; i < bytes; i += 4) {
    const row = q + (i >> 2) * bytes;
    for (let j = i + 4; j < bytes; j += 4, pairs += 4) {
      const column = q + (j >> 2) * bytes;
      const r = load<f32>(pairs);
      const other: f32 = 1 - r;
      store<f32>(row + i, load<f32>(row + i) + other * other);
      store<f32>(column + j, load<f32>(column + j) + r * r);
      const product = -(other * r);
      store<f32>(row + j, product);
      store<f32>(column + i, product);
    }
  }
  return pairs;
}

/** A round over the classes; answers whether none was needed. */
function step(q: usize, qp: usize, p: usize, bytes: usize, tolerance: f32): bool {
  let total: f32 = 0, error: f32 = 0;
  for (let i: usize = 0, row = q; i < bytes; i += 4, row += bytes) {
    let sum: f32 = 0;
    for (let j: usize = 0; j < bytes; j += 4) sum += load<f32>(row + j) * load<f32>(p + j);
    store<f32>(qp + i, sum);
    total += load<f32>(p + i) * sum;
  }
  for (let i: usize = 0; i < bytes; i += 4) error = max<f32>(error, abs(load<f32>(qp + i) - total));
  if (error < tolerance) return true;
  for (let i: usize = 0, row = q; i < bytes; i += 4, row += bytes) {
    const diagonal = load<f32>(row + i), own = load<f32>(qp + i);
    const change = (total - own) / diagonal;
    const scale: f32 = 1 + change;
    store<f32>(p + i, load<f32>(p + i) + change);
    total = (total + change * (change * diagonal + 2 * own)) / scale / scale;
    for (let j: usize = 0; j < bytes; j += 4) {
      store<f32>(qp + j, (load<f32>(qp + j) + change * load<f32>(row + j)) / scale);
      store<f32>(p + j, load<f32>(p + j) / scale);
    }
  }
  return false;
}
