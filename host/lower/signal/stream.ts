import type { Stream, StreamStart } from "../../ops/signal/stream.js";
import type { Placement } from "../kernel.js";

/** What a block says of a stream that has states. */
export function streamValues({ time, channels }: Stream, start: StreamStart, placement: Placement) {
  const [state, started = 0] = placement.variables as [number, number | undefined];
  return {
    input: placement.inputs[0] as number,
    output: placement.outputs[0] as number,
    state,
    started,
    startsWithFirst: start === "first" ? 1 : 0,
    time,
    channels,
  };
}
