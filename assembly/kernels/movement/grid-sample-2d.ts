/**
 * Pixels of a picture at places that are computed.
 *
 * input  [batches, inputHeight, inputWidth, channels] float32, NHWC
 * grid   [batches, places, 2] float32: a column and a row, -1 and 1 at the picture's outer edges, or at the outermost pixels
 * output [batches, places, channels] float32; overlaps neither
 *
 *   output[p, c] = sum over rows j of wy[j] * (sum over columns i of wx[i] * input[row j, column i, c])
 *
 * over 1, 2 or 4 pixels of each axis around the place: the nearest (halves to the even one), straight lines, or cubic curves
 * of slope -0.75. A place beyond the picture's edge is brought to the last pixel, or mirrored; so is a pixel outside, which
 * may be zero instead. NaN is a place outside. Accumulator: float32, in this order.
 * Source: ONNX operator `GridSample`.
 */
import { readParameters } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { GridSampleParameters } from "../../parameters";

/** Pixels around a place, of one axis: byte offsets, of which -1 is none, and behind these their weights. */
const weightOffset: usize = 16;

export function gridSample2dFloat32(parameters: i32, to: usize): void {
  const given = readParameters<GridSampleParameters>(parameters, to);
  const columns = to + offsetof<GridSampleParameters>(), rows = columns + 32;
  const pixelBytes = given.channels << 2, rowBytes = given.inputWidth * pixelBytes, taps = given.taps;
  let image = given.input, place = given.grid, output = given.output;
  for (let batches = given.batches; batches > 0; batches--, image += given.inputHeight * rowBytes) {
    for (let places = given.places; places > 0; places--, place += 8) {
      findTaps(columns, load<f32>(place), given.inputWidth, pixelBytes, given);
      findTaps(rows, load<f32>(place, 4), given.inputHeight, rowBytes, given);
      for (let c = 0; c < pixelBytes; c += 4, output += 4) {
        let sum: f32 = 0;
        for (let row = rows, lastRow = rows + 4 * taps; row < lastRow; row += 4) {
          if (load<i32>(row) < 0) continue;
          const line = image + load<i32>(row) + c;
          let ofRow: f32 = 0;
          for (let column = columns, last = columns + 4 * taps; column < last; column += 4) {
            if (load<i32>(column) < 0) continue;
            ofRow += load<f32>(column, weightOffset) * load<f32>(line + load<i32>(column));
          }
          sum += load<f32>(row, weightOffset) * ofRow;
        }
        store<f32>(output, canonical(sum));
      }
    }
  }
}

/** Finds the pixels of one axis around a number of the grid. */
function findTaps(to: usize, value: f32, length: i32, bytes: i32, given: GridSampleParameters): void {
  const taps = given.taps;
  const place = placeOf(value, length, given);
  const below = floor<f32>(place);
  const first = taps == 1 ? <i32>nearest<f32>(place) : <i32>below - (taps >> 1) + 1;
  const fraction = place - below;
  if (taps == 1) store<f32>(to, 1, weightOffset);
  else if (taps == 2) {
    store<f32>(to, 1 - fraction, weightOffset);
    store<f32>(to + 4, fraction, weightOffset);
  } else {
    store<f32>(to, outer(1 + fraction), weightOffset);
    store<f32>(to + 4, inner(fraction), weightOffset);
    store<f32>(to + 8, inner(1 - fraction), weightOffset);
    store<f32>(to + 12, outer(2 - fraction), weightOffset);
  }
  for (let tap = 0; tap < taps; tap++, to += 4) {
    const pixel = pixelOf(first + tap, length, given);
    store<i32>(to, pixel < 0 ? -1 : pixel * bytes);
  }
}

/** Weight of a pixel at a distance of up to 1, and from 1 to 2. */
// @ts-ignore: decorator
@inline
function inner(x: f32): f32 {
  return ((<f32>1.25 * x - <f32>2.25) * x) * x + 1;
}

// @ts-ignore: decorator
@inline
function outer(x: f32): f32 {
  return ((<f32>-0.75 * x + <f32>3.75) * x - 6) * x + 3;
}

/** A number of the grid in pixels, never farther outside than what has a number. */
function placeOf(value: f32, length: i32, given: GridSampleParameters): f32 {
  const outside = given.outside;
  const last = <f32>(length - 1);
  const low: f32 = given.alignCorners ? 0 : -0.5, high: f32 = given.alignCorners ? last : last + <f32>0.5;
  const place = given.alignCorners ? (value + 1) * <f32>0.5 * last : ((value + 1) * <f32>length - 1) * <f32>0.5;
  if (place >= low && place <= high) return place;
  // Infinity and NaN have no place.
  if (outside == 0 || place - place != 0) return min<f32>(max<f32>(place == place ? place : <f32>-8, -8), last + 8);
  if (outside == 1 || high == low) return min<f32>(max<f32>(place, 0), last);
  const period = (high - low) * 2;
  const far = abs<f32>(place - low);
  const rest = far - floor<f32>(far / period) * period;
  return min<f32>(max<f32>(low + min<f32>(rest, period - rest), low), high);
}

/** The pixel of a number that may be outside; -1 for none. */
function pixelOf(index: i32, length: i32, given: GridSampleParameters): i32 {
  if (<u32>index < <u32>length) return index;
  if (given.outside == 0) return -1;
  if (given.outside == 1 || length == 1) return index < 0 ? 0 : length - 1;
  const period = given.alignCorners ? 2 * length - 2 : 2 * length;
  let at = index % period;
  if (at < 0) at += period;
  if (at < length) return at;
  return given.alignCorners ? period - at : period - 1 - at;
}
