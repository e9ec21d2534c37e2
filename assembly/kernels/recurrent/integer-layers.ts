/**
 * Recurrent layers over whole sequences, int8.
 *
 * input  [times, batches, inputs] int8, in either order of the first two
 * mask   [times, batches] bool, in the same order, or none: where it is false the state stays as it is
 * hidden [batches, units] int8, begins with given values or zeros: what products take, and what the sequence holds
 * state  [batches, units] int16, zero point 0, likewise: the cell of an LSTM; of a GRU the hidden state in more bits
 * output [times, batches, units] int8 in the input's order, or none: the hidden state after each time
 * weights W [gates, units, inputs], R [gates, units, units] int8 with a scale for each row: see math/integer-layer-walk
 *
 * Gates are int16 in Q3.12, s(gate) and tanh(gate) in Q0.15 by math/sigmoid-table; int16() limits, q() requantizes to int8:
 *
 *   LSTM  cell' = int16(int16(s(f) * cell) + int16(s(i) * tanh(c))), both products requantized; hidden' = q(s(o) * tanh(cell'))
 *   GRU   n = tanh(Wn x + Rn (s(r) * hidden)), or tanh(int16(Wn x + s(r) * Rn hidden)), which is "reset after"
 *         state' = (s(z) * state + (1 - s(z)) * n) / 2^15, halves up, n rounded to the state's units; hidden' = q(state')
 *   RNN   hidden' = q(tanh(gate))
 *
 * A state of int16 in units of 2^-15 or a larger power of two: where s(z) is near 1, what a time adds is less than a step of int8.
 * Source: TFLite Micro's `LstmStep` for the LSTM, which gives the same bytes for the same scales; docs/decisions/0020.
 */
import {
  int16, logisticOfGate, nextCell, partOf, tanhOfCell, tanhOfGate,
} from "../../math/integer-gates";
import {
  multiplyCandidate, sequenceOf, startIntegerWalk, storeHidden, sumGates,
} from "../../math/integer-layer-walk";
import { isAwake, nextTime } from "../../math/sequence-walk";

/** Gates: input, forget, cell, output. */
export function lstmLayerInt8(parameters: i32, to: usize): void {
  const walk = startIntegerWalk(parameters, to, true);
  const units = walk.units, gateBytes = <usize>units << 1, table = walk.table;
  const multiplier = <i64>walk.cellMultiplier, shift = walk.cellShift;
  do {
    sumGates(walk);
    let row = walk.gates, hidden = walk.hidden, cell = walk.state;
    for (let b = 0; b < walk.batches; b++, row += walk.rowBytes, hidden += units, cell += gateBytes) {
      if (!isAwake(sequenceOf(walk), b)) continue;
      for (let u = 0; u < units; u++) {
        const gates = row + (<usize>u << 1), at = cell + (<usize>u << 1);
        const i = logisticOfGate(table, load<i16>(gates)), f = logisticOfGate(table, load<i16>(gates + gateBytes));
        const g = tanhOfGate(table, load<i16>(gates + gateBytes * 2));
        const o = logisticOfGate(table, load<i16>(gates + gateBytes * 3));
        const after = nextCell(f, load<i16>(at), i, g, multiplier, shift);
        store<i16>(at, after);
        storeHidden(walk, hidden + u, o * tanhOfCell(table, after, walk.tanhMultiplier, walk.tanhShift));
      }
    }
  } while (nextTime(sequenceOf(walk)));
}

/** Gates: update, reset, candidate. */
export function gruLayerInt8(parameters: i32, to: usize): void {
  const walk = startIntegerWalk(parameters, to, true);
  const units = walk.units, gateBytes = <usize>units << 1, table = walk.table, resetAfter = walk.resetAfter != 0;
  const zero = walk.hiddenZeroPoint, stateShift = walk.stateShift, half = (1 << stateShift) >> 1;
  const resets = walk.gates + gateBytes, candidates = resets + gateBytes, products = walk.gates + walk.products;
  for (let i = 0, count = walk.batches * units; i < count; i++) {
    storeHidden(walk, walk.hidden + i, load<i16>(walk.state + (<usize>i << 1)));
  }
  do {
    sumGates(walk);
    if (resetAfter) multiplyCandidate(walk, walk.hidden, products, false);
    else {
      let offset: usize = 0, hidden = walk.hidden;
      for (let b = 0; b < walk.batches; b++, offset += walk.rowBytes, hidden += units) {
        for (let u = 0; u < units; u++) {
          const r = logisticOfGate(table, load<i16>(resets + offset + (<usize>u << 1)));
          store<i8>(products + offset + u, partOf(r, <i32>load<i8>(hidden + u) - zero) + zero);
        }
      }
      multiplyCandidate(walk, products, candidates, true);
    }
    let offset: usize = 0, hidden = walk.hidden, state = walk.state;
    for (let b = 0; b < walk.batches; b++, offset += walk.rowBytes, hidden += units, state += gateBytes) {
      if (!isAwake(sequenceOf(walk), b)) continue;
      for (let u = 0; u < units; u++) {
        const gate = offset + (<usize>u << 1), at = state + (<usize>u << 1);
        let n = <i32>load<i16>(candidates + gate);
        if (resetAfter) {
          n = int16(n + partOf(logisticOfGate(table, load<i16>(resets + gate)), load<i16>(products + gate)));
        }
        n = (tanhOfGate(table, n) + half) >> stateShift;
        const z = logisticOfGate(table, load<i16>(walk.gates + gate));
        const after = (z * <i32>load<i16>(at) + (32768 - z) * n + (1 << 14)) >> 15;
        store<i16>(at, after);
        storeHidden(walk, hidden + u, after);
      }
    }
  } while (nextTime(sequenceOf(walk)));
}

/** One gate. */
export function rnnLayerInt8(parameters: i32, to: usize): void {
  const walk = startIntegerWalk(parameters, to, false);
  const units = walk.units, table = walk.table;
  do {
    sumGates(walk);
    let row = walk.gates, hidden = walk.hidden;
    for (let b = 0; b < walk.batches; b++, row += walk.rowBytes, hidden += units) {
      if (!isAwake(sequenceOf(walk), b)) continue;
      for (let u = 0; u < units; u++) {
        storeHidden(walk, hidden + u, tanhOfGate(table, load<i16>(row + (<usize>u << 1))));
      }
    }
  } while (nextTime(sequenceOf(walk)));
}
