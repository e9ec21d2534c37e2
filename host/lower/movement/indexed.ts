import { requireThat } from "../../graph/not-runnable.js";
import { elementBytes, type Tensor } from "../../graph/tensor.js";
import { type ViewLoop, viewLoops } from "../../numerics/strided-view.js";
import { type IndexedPlaces, maxIndexedAxes } from "../../ops/movement/indexed.js";
import { loopValues } from "./loops.js";

/** Loops over indices that the kernels take, at most. */
const maxLoops = 6;

/** The loops over indices, innermost first, in bytes of the tensor that they name places of. */
function loopsOf({ base }: IndexedPlaces, bytes: number): ViewLoop[] {
  return viewLoops(base)
    .map(({ length, stride }) => ({ length, stride: stride * bytes }))
    .reverse();
}

/** Checks that kernels nest enough loops. Throws `NotRunnable`. */
export function requireLoops(places: IndexedPlaces): void {
  const loops = loopsOf(places, 1).length;
  requireThat(loops <= maxLoops, `its indices lie in ${loops} nested loops; ${maxLoops} are supported`);
}

/** The fields of indexed places (`indexedFields`) but for addresses. */
export function indexedValues(
  places: IndexedPlaces,
  tensor: Tensor,
  indices: Tensor,
): Record<string, number> {
  const bytes = elementBytes[tensor.dtype];
  const loops = loopsOf(places, bytes);
  const values: Record<string, number> = {
    indexBytes: elementBytes[indices.dtype],
    positions: loops.reduce((product, { length }) => product * length, 1),
    runBytes: places.run * bytes,
    axes: places.lengths.length,
    ...loopValues(loops, maxLoops, 0),
  };
  for (let axis = 0; axis < maxIndexedAxes; axis++) {
    values[`length${axis}`] = places.lengths[axis] ?? 1;
    values[`stride${axis}`] = (places.strides[axis] ?? 0) * bytes;
  }
  return values;
}
