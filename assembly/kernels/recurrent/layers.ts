/**
 * Recurrent layers over whole sequences, float32.
 *
 * input  [times, batches, inputs], in either order of the first two
 * mask   [times, batches] bool, in the same order, or none: where it is false the state stays as it is
 * hidden, cell [batches, units]: the state, which begins with given values or zeros and is an output
 * output [times, batches, units] in the input's order, or none: the hidden state after each time
 * weights W [gates, units, inputs], R [gates, units, units], both biases summed to b where nothing comes between: see
 *        math/layer-walk
 *
 * With f, g, h the layer's functions, each of what is limited to -clip..clip but for the cell's h:
 *
 *   LSTM  i = f(Wi x + Ri hidden + bi + Pi cell), o and forget likewise; o sees the new cell; forget = 1 - i if coupled
 *         cell' = forget * cell + i * g(Wc x + Rc hidden + bc)
 *         hidden' = o * h(cell')
 *   GRU   z = f(Wz x + Rz hidden + bz), r likewise
 *         n = g(Wn x + bn + Rn (r * hidden)), or g(Wn x + bn + r * (Rn hidden + rn)), which is "reset after"
 *         hidden' = (1 - z) * n + z * hidden
 *   RNN   hidden' = f(W x + R hidden + b)
 *
 * Accumulator: float32: biases, then products of inputs, then those of the hidden state, in the order of their elements.
 * Source: ONNX's operators LSTM, GRU and RNN; Keras's layers.
 */
import { readWeights } from "../../host-imports/weights";
import {
  addCandidate, addInputs, functionOf, gateOf, sequenceOf, startWalk, storeState,
} from "../../math/layer-walk";
import { isAwake, nextTime } from "../../math/sequence-walk";

/** Gates: input, forget, cell, output. Peepholes: of all units those of input, forget and output gate. */
export function lstmLayerFloat32(parameters: i32, to: usize): void {
  const walk = startWalk(parameters, to, true);
  const stateBytes = walk.units << 2, gateBytes = walk.gateBytes;
  const peepholes = walk.peepholes, peeps = walk.hasPeepholes != 0;
  if (peeps) readWeights(peepholes, walk.peepholeWeights, stateBytes * 3);
  do {
    addInputs(walk);
    let row = walk.gates, hidden = walk.hidden, cell = walk.cell;
    for (let b = 0; b < walk.batches; b++, row += walk.rowBytes, hidden += stateBytes, cell += stateBytes) {
      if (!isAwake(sequenceOf(walk), b)) continue;
      for (let at = 0; at < stateBytes; at += 4) {
        const gates = row + at, own = peepholes + at, before = load<f32>(cell + at);
        let i = load<f32>(gates), f = load<f32>(gates + gateBytes), o = load<f32>(gates + gateBytes * 3);
        if (peeps) {
          i += load<f32>(own) * before;
          f += load<f32>(own + stateBytes) * before;
        }
        i = gateOf(walk, 0, i);
        f = walk.coupled ? 1 - i : gateOf(walk, 0, f);
        const after: f32 = f * before + i * gateOf(walk, 1, load<f32>(gates + gateBytes * 2));
        if (peeps) o += load<f32>(own + stateBytes * 2) * after;
        storeState(cell + at, after);
        storeState(hidden + at, gateOf(walk, 0, o) * functionOf(walk, 2, after));
      }
    }
  } while (nextTime(sequenceOf(walk)));
}

/** Gates: update, reset, candidate; behind them what the candidate's recurrent product begins with, or comes to. */
export function gruLayerFloat32(parameters: i32, to: usize): void {
  const walk = startWalk(parameters, to, false);
  const stateBytes = walk.units << 2, gateBytes = walk.gateBytes, resetAfter = walk.resetAfter != 0;
  const resets = walk.gates + gateBytes, candidates = resets + gateBytes, products = candidates + gateBytes;
  do {
    addInputs(walk);
    if (resetAfter) addCandidate(walk, walk.hidden, products);
    else {
      let offset: usize = 0, hidden = walk.hidden;
      for (let b = 0; b < walk.batches; b++, offset += walk.rowBytes, hidden += stateBytes) {
        for (let at = 0; at < stateBytes; at += 4) {
          const r = gateOf(walk, 0, load<f32>(resets + offset + at));
          store<f32>(products + offset + at, r * load<f32>(hidden + at));
        }
      }
      addCandidate(walk, products, candidates);
    }
    let offset: usize = 0, hidden = walk.hidden;
    for (let b = 0; b < walk.batches; b++, offset += walk.rowBytes, hidden += stateBytes) {
      if (!isAwake(sequenceOf(walk), b)) continue;
      for (let at = 0; at < stateBytes; at += 4) {
        let n = load<f32>(candidates + offset + at);
        if (resetAfter) n += gateOf(walk, 0, load<f32>(resets + offset + at)) * load<f32>(products + offset + at);
        const z = gateOf(walk, 0, load<f32>(walk.gates + offset + at));
        storeState(hidden + at, (1 - z) * gateOf(walk, 1, n) + z * load<f32>(hidden + at));
      }
    }
  } while (nextTime(sequenceOf(walk)));
}

/** One gate. */
export function rnnLayerFloat32(parameters: i32, to: usize): void {
  const walk = startWalk(parameters, to, false);
  const stateBytes = walk.units << 2;
  do {
    addInputs(walk);
    let row = walk.gates, hidden = walk.hidden;
    for (let b = 0; b < walk.batches; b++, row += walk.rowBytes, hidden += stateBytes) {
      if (!isAwake(sequenceOf(walk), b)) continue;
      for (let at = 0; at < stateBytes; at += 4) storeState(hidden + at, gateOf(walk, 0, load<f32>(row + at)));
    }
  } while (nextTime(sequenceOf(walk)));
}
