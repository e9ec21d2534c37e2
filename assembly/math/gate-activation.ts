/**
 * Functions of the gates of recurrent layers, float32, by their numbers in host/lower/recurrent/layers.ts, each with two
 * numbers alpha and beta:
 *
 *   logistic: 1 / (1 + exp(-x))               tanh: alpha tanh(beta x)
 *   affine: alpha x + beta                    relu: max(x, 0)
 *   hard sigmoid: alpha x + beta within 0..1  leaky relu: x; alpha x where x < 0
 *   thresholded relu: x; 0 where x < alpha    softsign: x / (1 + |x|)
 *   elu: beta x; beta alpha (exp(x) - 1) where x < 0
 *   softplus: max(x, 0) + log(1 + exp(-|x|)), off by 2^-24 at most where that is the larger
 *
 * Source: ONNX's operators LSTM, GRU and RNN.
 */
import { exp, expm1 } from "./exp";
import { log } from "./log";
import { logistic, tanh } from "./sigmoid";

/** A function, as it lies in a block of parameters. */
@unmanaged
export class GateActivation {
  number: i32;
  alpha: f32;
  beta: f32;
}

export function activate(by: GateActivation, x: f32): f32 {
  const alpha = by.alpha, beta = by.beta;
  switch (by.number) {
    case 0: return logistic(x);
    case 1: return alpha * tanh(beta * x);
    case 2: return alpha * x + beta;
    case 3: return max<f32>(x, 0);
    case 4: return min<f32>(max<f32>(alpha * x + beta, 0), 1);
    case 5: return x < 0 ? alpha * x : x;
    case 6: return x < alpha ? 0 : x;
    case 7: return x / (1 + abs(x));
    case 8: return beta * (x < 0 ? alpha * expm1(x) : x);
    default: return max<f32>(x, 0) + log(1 + exp(-abs(x)));
  }
}
