/**
 * Weights as they lie in the weights section, widened as they are read: float16 to float32; int8 and int4 to float32,
 * weight = scale * (q - zeroPoint) with one multiplication in float32; int4, the first of two in a byte's lower half, to
 * int8.
 */
import { readWeights } from "../host-imports/weights";
import { float16 } from "./float16";

/** Numbers of `weightStorages` in host/abi/weight-storages.ts. */
// @ts-ignore: decorator
@inline
export const storedFloat16 = 1;
// @ts-ignore: decorator
@inline
export const storedInt8 = 2;
// @ts-ignore: decorator
@inline
const storedInt4 = 3;
// @ts-ignore: decorator
@inline
export const inMemory = 4;

/** Bytes of `count` weights, a multiple of 4. */
// @ts-ignore: decorator
@inline
export function storedBytes<W>(count: i32, storage: i32): i32 {
  if (isFloat<W>()) {
    if (storage == storedFloat16) return count << 1;
    if (storage == storedInt8) return count;
  }
  if (storage == storedInt4) return count >> 1;
  return count * <i32>sizeof<W>();
}

/**
 * Reads `count` weights, a multiple of 4, at `offset` of the weights section to `to`. Four scales, those of a tile's
 * outputs, lie at `scales`; weight i has number (i >> laneShift) & 3.
 */
export function readStored<W>(
  to: usize, offset: i32, count: i32, storage: i32, scales: usize, laneShift: i32, zeroPoint: i32,
): void {
  const bytes = storedBytes<W>(count, storage);
  // What is widened lies at the end first, so that each weight is written where no unread one lies.
  let from = to + <usize>(count * <i32>sizeof<W>() - bytes);
  readWeights(from, offset, bytes);
  if (storage == 0) return;
  const end = to + <usize>count * sizeof<W>();
  if (isFloat<W>()) {
    if (storage == storedFloat16) {
      for (; to < end; to += 4, from += 2) store<f32>(to, float16(<u32>load<u16>(from)));
      return;
    }
    let odd = false;
    for (let i = 0; to < end; to += 4, i++) {
      let q: i32 = load<i8>(from);
      if (storage == storedInt4) {
        q = odd ? q >> 4 : (q << 28) >> 28;
        from += <usize>odd;
        odd = !odd;
      } else from++;
      store<f32>(to, load<f32>(scales + (((i >> laneShift) & 3) << 2)) * <f32>(q - zeroPoint));
    }
  } else {
    for (; to < end; to += 2, from++) {
      const both: i32 = load<i8>(from);
      store<i8>(to, (both << 28) >> 28);
      store<i8>(to, both >> 4, 1);
    }
  }
}
