import { requireThat } from "../../graph/not-runnable.js";

/** Functions by name, as ONNX defines them; `elu` is multiplied by beta, which makes it SELU as well. */
const functions = {
  logistic: (x) => 1 / (1 + Math.exp(-x)),
  tanh: (x, alpha, beta) => alpha * Math.tanh(beta * x),
  affine: (x, alpha, beta) => alpha * x + beta,
  relu: (x) => Math.max(x, 0),
  "hard-sigmoid": (x, alpha, beta) => Math.min(Math.max(alpha * x + beta, 0), 1),
  "leaky-relu": (x, alpha) => (x < 0 ? alpha * x : x),
  "thresholded-relu": (x, alpha) => (x < alpha ? 0 : x),
  softsign: (x) => x / (1 + Math.abs(x)),
  elu: (x, alpha, beta) => beta * (x < 0 ? alpha * Math.expm1(x) : x),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
} satisfies Readonly<Record<string, (x: number, alpha: number, beta: number) => number>>;

/** The function of a gate, with its two numbers. */
export interface GateActivation {
  readonly name: keyof typeof functions;
  readonly alpha: number;
  readonly beta: number;
}

/** Applies a gate's function. */
export function activate({ name, alpha, beta }: GateActivation, x: number): number {
  const of: (x: number, alpha: number, beta: number) => number = functions[name];
  return of(x, alpha, beta);
}

/** Checks the numbers of a gate's function. Throws `NotRunnable`. */
export function checkGateActivation({ name, alpha, beta }: GateActivation): void {
  requireThat(
    Number.isFinite(alpha) && Number.isFinite(beta),
    `activation ${name} has alpha ${alpha} and beta ${beta}; finite numbers are expected`,
  );
}

/** The logistic function of gates. */
export const logisticGate: GateActivation = { name: "logistic", alpha: 1, beta: 0 };

/** The hyperbolic tangent. */
export const tanhGate: GateActivation = { name: "tanh", alpha: 1, beta: 1 };
