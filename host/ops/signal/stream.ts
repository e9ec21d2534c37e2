import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import type { Values } from "../operator.js";
import { requireDtype } from "./tensors.js";

/**
 * What a stream was before its first sample: 0, or the first sample for ever. For the latter a node has a further variable, an
 * int32 scalar that is 0 until its first run.
 */
export type StreamStart = "zero" | "first";

/** A piece of a stream: samples of several channels one after the other, [time, channels]. */
export interface Stream {
  input: Tensor;
  time: number;
  channels: number;
}

/** The piece of a stream that a node takes: float32, axes before the last two of length 1. Throws `NotRunnable`. */
export function streamOf({ inputs: [input] }: BoundNode): Stream {
  if (input === undefined) throw new NotRunnable("the input is missing");
  requireDtype(input, "input", "float32");
  const [channels, time, ...outer] = [...input.shape].reverse();
  requireThat(
    time !== undefined && channels !== undefined && outer.every((length) => length === 1),
    `the input is ${input.shape.join("x")}; one stream of time x channels is expected`,
  );
  return { input, time, channels };
}

/** Checks a node's variables, and how its stream starts. Throws `NotRunnable`. */
export function requireState(
  { variables = [] }: BoundNode,
  start: StreamStart,
  name: string,
  shape: readonly number[],
): void {
  requireThat(start === "zero" || start === "first", `the start is ${start}; zero or first is expected`);
  const [state, started] = variables;
  requireThat(
    state?.dtype === "float32" && state.shape.join() === shape.join(),
    `the ${name} is no variable of ${shape.join(" x ")} float32`,
  );
  const isCounted = started?.dtype === "int32" && started.shape.length === 0;
  requireThat(start === "zero" || isCounted, "what says that the stream has started is no int32 variable");
}

/** Whether a reference's run is the first one of a stream that starts with its first sample. It has started then. */
export function isStarting(start: StreamStart, started: Values | undefined): boolean {
  if (start === "zero" || started === undefined) return false;
  const starting = started[0] === 0;
  started[0] = 1;
  return starting;
}

/** Keeps the last rows of a history and of what came after it, in the history. */
export function keepRows(history: Values, input: Values): void {
  const kept = Math.max(history.length - input.length, 0);
  history.copyWithin(0, history.length - kept);
  history.set(input.subarray(input.length - (history.length - kept)), kept);
}
