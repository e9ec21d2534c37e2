import { blockBytes } from "../../abi/block.js";
import { viewParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { elementBytes, type Tensor, tensorBytes } from "../../graph/tensor.js";
import { readsForward, type ViewLoop, viewLoops } from "../../numerics/strided-view.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import type { ViewAttributes } from "../../ops/movement/view.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { loopValues } from "./loops.js";

/** Loops around runs that the kernel takes, at most. */
const maxLoops = 6;

/** A view as the kernel walks it. All in bytes. */
interface Walk {
  /** Bytes that are copied at once. */
  unit: number;
  /** Units whose places follow each other by one step: the innermost loop. */
  run: ViewLoop;
  /** The loops around runs, innermost first. */
  loops: readonly ViewLoop[];
}

function walkOf(node: BoundNode<ViewAttributes>): Walk {
  const bytes = elementBytes[onlyInput(node).dtype];
  const loops = viewLoops(node.attributes).map(({ length, stride }) => ({ length, stride: stride * bytes }));
  const together = loops.at(-1)?.stride === bytes ? loops.pop() : undefined;
  const run = loops.pop() ?? { length: 1, stride: 0 };
  return { unit: bytes * (together?.length ?? 1), run, loops: loops.reverse() };
}

/** A view: nothing where the elements lie in the output's memory as they are to, else one walk over the input. */
export const view: Lowering<ViewAttributes> = {
  operator: "view",
  check(node) {
    const { loops } = walkOf(node);
    requireThat(
      loops.length <= maxLoops,
      `its elements lie in ${loops.length + 1} nested loops; ${maxLoops + 1} are supported`,
    );
  },
  scratchBytes: () => [blockBytes(viewParameters)],
  parts(node) {
    const { unit, run, loops } = walkOf(node);
    const offset = node.attributes.offset * elementBytes[onlyInput(node).dtype];
    const isOnePiece =
      run.length === 1 && loops.length === 0 && unit === tensorBytes(node.outputs[0] as Tensor);
    return isOnePiece ? [{ input: 0, part: "output", offset }] : [];
  },
  inPlace: (node) => (readsForward(node.attributes) ? [0] : []),
  emit(node, placement) {
    const offset = node.attributes.offset * elementBytes[onlyInput(node).dtype];
    const [input, output] = [(placement.inputs[0] as number) + offset, placement.outputs[0] as number];
    const { unit, run, loops } = walkOf(node);
    if (input === output && run.length === 1) return [];
    const values = {
      input,
      output,
      unit,
      run: run.length,
      step: run.stride,
      runs: loops.reduce((product, { length }) => product * length, 1),
      ...loopValues(loops, maxLoops, run.length * run.stride),
    };
    const kernel = { name: "view", parameters: viewParameters };
    return [callKernel(kernel, values as never, placement.scratch, placement)];
  },
};
