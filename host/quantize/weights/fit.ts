import {
  addOuter,
  invertUpper,
  mirror,
  type SquareMatrix,
  solveByInverse,
  upperRoot,
} from "./linear-algebra.js";

/** Which integers weights may be: the nearest one for weight k, of a real number in units of the scale. */
export type Snap = (k: number, value: number) => number;

/**
 * What is known of a node's inputs and of what it should compute, as sums over patches of one group. `x` are patches as the
 * quantized model has them; `r` what the original weights miss of the float model's product because of that:
 * w xFloat - w x. All are centered: means are taken by the bias.
 */
export interface Moments {
  depth: number;
  outputs: number;
  /** Sum of x x^T, [depth, depth]. */
  inputs: SquareMatrix;
  /** Sum of r x^T, [outputs, depth]. */
  missing: Float64Array;
  /** Number of patches. */
  count: number;
}

/** Sums over patches that arrive one by one, of which means are taken off at the end. */
export class MomentSums {
  readonly depth: number;
  readonly outputs: number;
  count = 0;
  readonly meanInput: Float64Array;
  readonly meanMissing: Float64Array;
  private readonly inputs: SquareMatrix;
  private readonly missing: Float64Array;

  constructor(depth: number, outputs: number) {
    this.depth = depth;
    this.outputs = outputs;
    this.meanInput = new Float64Array(depth);
    this.meanMissing = new Float64Array(outputs);
    this.inputs = new Float64Array(depth * depth);
    this.missing = new Float64Array(outputs * depth);
  }

  add(x: Float64Array, r: Float64Array): void {
    const { depth, outputs } = this;
    this.count++;
    for (let k = 0; k < depth; k++) this.meanInput[k] = (this.meanInput[k] as number) + (x[k] as number);
    addOuter(this.inputs, x, depth);
    for (let n = 0; n < outputs; n++) {
      const value = r[n] as number;
      this.meanMissing[n] = (this.meanMissing[n] as number) + value;
      if (value === 0) continue;
      for (let k = 0; k < depth; k++)
        this.missing[n * depth + k] = (this.missing[n * depth + k] as number) + value * (x[k] as number);
    }
  }

  /** Sums of both, whose means count together. */
  static add(a: MomentSums, b: MomentSums): MomentSums {
    const sum = new MomentSums(a.depth, a.outputs);
    sum.count = a.count + b.count;
    for (const name of ["inputs", "missing", "meanInput", "meanMissing"] as const) {
      const to = sum[name];
      for (let i = 0; i < to.length; i++) to[i] = (a[name][i] as number) + (b[name][i] as number);
    }
    return sum;
  }

  /** Moments about the means. */
  centered(): Moments & { meanInput: Float64Array; meanMissing: Float64Array } {
    const { depth, outputs, count } = this;
    const meanInput = this.meanInput.map((sum) => sum / count);
    const meanMissing = this.meanMissing.map((sum) => sum / count);
    const inputs = this.inputs.slice();
    for (let i = 0; i < depth; i++)
      for (let j = 0; j <= i; j++)
        inputs[i * depth + j] =
          (inputs[i * depth + j] as number) - count * (meanInput[i] as number) * (meanInput[j] as number);
    mirror(inputs, depth);
    const missing = this.missing.slice();
    for (let n = 0; n < outputs; n++)
      for (let k = 0; k < depth; k++)
        missing[n * depth + k] =
          (missing[n * depth + k] as number) - count * (meanMissing[n] as number) * (meanInput[k] as number);
    return { depth, outputs, inputs, missing, count, meanInput, meanMissing };
  }
}

/** Squared error of weights that differ from the original by `delta`, less a constant: d H d^T - 2 d m^T. */
export function quadraticError(moments: Moments, output: number, delta: Float64Array): number {
  const { depth, inputs, missing } = moments;
  let error = 0;
  for (let i = 0; i < depth; i++) {
    const d = delta[i] as number;
    if (d === 0) continue;
    let row = 0;
    for (let j = 0; j < depth; j++) row += (inputs[i * depth + j] as number) * (delta[j] as number);
    error += d * (row - 2 * (missing[output * depth + i] as number));
  }
  return error;
}

/** How strongly weights are held to the original ones, beside what the moments say: part of the mean variance of inputs. */
export interface Damped {
  moments: Moments;
  damping: number;
  /** Upper triangular U with U^T U = (H + damping)^-1. */
  inverseRoot: SquareMatrix;
}

/** Moments with some damping, as rounding needs them; undefined where they are not positive definite even so. */
export function damp(moments: Moments, part: number): Damped | undefined {
  const { depth, inputs } = moments;
  let trace = 0;
  for (let i = 0; i < depth; i++) trace += inputs[i * depth + i] as number;
  const damping = (part * trace) / depth;
  if (!(damping > 0)) return undefined;
  const matrix = inputs.slice();
  for (let i = 0; i < depth; i++) matrix[i * depth + i] = (matrix[i * depth + i] as number) + damping;
  const root = upperRoot(matrix, depth);
  return root && { moments, damping, inverseRoot: invertUpper(root, depth) };
}

/** The real weights of the least damped error, as differences from the original ones. */
export function bestDelta({ moments, inverseRoot }: Damped, output: number): Float64Array {
  const { depth, missing } = moments;
  return solveByInverse(inverseRoot, depth, missing.subarray(output * depth, (output + 1) * depth));
}

/** Integers in units of `scale` for an output, and half of their damped error's gradient: (H + damping) delta - missing. */
interface Rounding {
  codes: Float64Array;
  gradient: Float64Array;
  /** Damped error, less a constant. */
  error: number;
}

/** Rounds weights one after the other, so that those to come make up for each rounding's error as far as the moments allow. */
function roundInTurn(
  { moments: { depth }, inverseRoot }: Damped,
  target: Float64Array,
  scale: number,
  snap: Snap,
): Float64Array {
  const rest = target.slice();
  const codes = new Float64Array(depth);
  for (let k = 0; k < depth; k++) {
    const value = rest[k] as number;
    const code = snap(k, value / scale);
    codes[k] = code;
    const error = (value - code * scale) / (inverseRoot[k * depth + k] as number);
    if (error === 0) continue;
    for (let j = k + 1; j < depth; j++)
      rest[j] = (rest[j] as number) - error * (inverseRoot[k * depth + j] as number);
  }
  return codes;
}

/** The gradient and the error of integers. */
function judge(
  { moments: { depth, inputs, missing }, damping }: Damped,
  output: number,
  original: Float64Array,
  scale: number,
  codes: Float64Array,
): Rounding {
  const own = missing.subarray(output * depth, (output + 1) * depth);
  const delta = codes.map((code, k) => code * scale - (original[k] as number));
  const gradient = Float64Array.from(own, (value) => -value);
  for (let k = 0; k < depth; k++) {
    const step = delta[k] as number;
    if (step === 0) continue;
    for (let i = 0; i < depth; i++)
      gradient[i] = (gradient[i] as number) + step * (inputs[k * depth + i] as number);
    gradient[k] = (gradient[k] as number) + step * damping;
  }
  const error = delta.reduce((sum, d, k) => sum + d * ((gradient[k] as number) - (own[k] as number)), 0);
  return { codes, gradient, error };
}

/** Moves single weights by steps as long as that lessens the error, in place. */
function descend(
  { moments: { depth, inputs }, damping }: Damped,
  { codes, gradient }: Rounding,
  scale: number,
  snap: Snap,
): void {
  for (let sweep = 0, moved = true; moved && sweep < 8; sweep++) {
    moved = false;
    for (let k = 0; k < depth; k++) {
      const curvature = (inputs[k * depth + k] as number) + damping;
      const wish = (codes[k] as number) - (gradient[k] as number) / (curvature * scale);
      const code = snap(k, wish);
      const step = (code - (codes[k] as number)) * scale;
      if (step === 0 || step * (2 * (gradient[k] as number) + step * curvature) >= -1e-12) continue;
      codes[k] = code;
      for (let i = 0; i < depth; i++)
        gradient[i] = (gradient[i] as number) + step * (inputs[k * depth + i] as number);
      gradient[k] = (gradient[k] as number) + step * damping;
      moved = true;
    }
  }
}

/**
 * Rounds an output's weights one after the other, so that those to come make up for each rounding's error as far as the
 * moments allow, or to the nearest where that errs less; then moves single weights by a step as long as that lessens the
 * error. Source: Frantar et al., "GPTQ: accurate post-training quantization for generative pre-trained transformers", 2022,
 * which rounds without moments of what is missing; Nagel et al., "Up or down? Adaptive rounding for post-training
 * quantization", 2020, for the objective.
 *
 * @param original weights [depth]
 * @param target real weights of the least error, `original` and `bestDelta`
 * @returns integers in units of `scale`, whose damped error is at most that of the nearest ones
 */
export function roundAdaptively(
  damped: Damped,
  output: number,
  original: Float64Array,
  target: Float64Array,
  scale: number,
  snap: Snap,
): Float64Array {
  const inTurn = judge(damped, output, original, scale, roundInTurn(damped, target, scale, snap));
  const nearest = judge(
    damped,
    output,
    original,
    scale,
    original.map((value, k) => snap(k, value / scale)),
  );
  const best = nearest.error < inTurn.error ? nearest : inTurn;
  descend(damped, best, scale, snap);
  return best.codes;
}
