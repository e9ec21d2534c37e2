import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FramesAttributes } from "../../../host/ops/signal/frames.js";
import { matchReference, noise, refusalOf, type SignalCase, tensor } from "./signal-case.js";

function given(
  shape: readonly number[],
  attributes: FramesAttributes,
  countdown = 0,
  outputs: 1 | 2 = 2,
): SignalCase {
  const rows = shape.slice(0, -1).reduce((product, axis) => product * axis, 1);
  return {
    operator: "frames",
    attributes,
    inputs: [tensor("int16", shape)],
    variables: [tensor("int16", [rows, Math.max(1, attributes.history)]), tensor("int32", [], [countdown])],
    outputs,
    ...(outputs === 2 ? { validity: 1 } : {}),
  };
}

const steps = (count: number, elements: number) =>
  Array.from({ length: count }, (_, step) => [noise(step, elements, -32768, 32767)]);

test("a delay gives what came before, for delays shorter and longer than what comes at once", async () => {
  for (const history of [0, 3, 8, 21]) {
    const attributes = { hop: 8, history, frame: 8, every: 1, shape: [3, 8] };
    await matchReference(given([3, 8], attributes, 0, 1), ...steps(5, 24));
  }
  const attributes = { hop: 2, history: 3, frame: 2, every: 1, shape: [2] };
  const [output] = await matchReference(given([2], attributes, 0, 1), [[1, 2]], [[3, 4]], [[5, 6]]);
  assert.equal([...(output as Int16Array)], [2, 3]);
});

test("frames overlap, and are not valid until there is enough of the stream", async () => {
  for (const [hop, frame, countdown] of [
    [4, 6, 0],
    [2, 5, 2],
    [8, 8, 0],
    [8, 3, 0],
  ] as const) {
    const history = Math.max(frame - hop, 0) + (countdown > 0 ? 1 : 0);
    const attributes = { hop, history, frame, every: 1, shape: [2, 8 / hop, frame] };
    await matchReference(given([2, 8], attributes, countdown), ...steps(4, 16));
  }
  const attributes = { hop: 2, history: 2, frame: 3, every: 1, shape: [2, 3] };
  const [output, valid] = await matchReference(given([4], attributes, 1), [[1, 2, 3, 4]]);
  assert.equal([...(output as Int16Array)].slice(3), [1, 2, 3]);
  assert.equal([...(valid as Uint8Array)], [0]);
});

test("the latest frame is what the history holds with the hop, and comes every few runs", async () => {
  for (const every of [1, 3]) {
    const attributes = { hop: 2, history: 6, frame: 6, every, shape: [2, 3], latest: true };
    await matchReference(given([2], attributes, 2), ...steps(7, 2));
  }
  const attributes = { hop: 2, history: 4, frame: 4, every: 1, shape: [4], latest: true };
  const [output, valid] = await matchReference(given([2], attributes, 1), [[1, 2]], [[3, 4]], [[5, 6]]);
  assert.equal([...(output as Int16Array)], [3, 4, 5, 6]);
  assert.equal([...(valid as Uint8Array)], [1]);
  assert.match(
    refusalOf(given([4], { ...attributes, shape: [2, 4] })),
    /latest 4 elements are asked for, of 1 x 2 hops/,
  );
  assert.match(
    refusalOf(given([2], { ...attributes, frame: 3, shape: [3] })),
    /latest 3 elements .* history of 4/,
  );
});

test("stacks start with copies of the first vector and come every few runs", async () => {
  const attributes = { hop: 2, history: 4, frame: 6, every: 2, shape: [6] };
  const runs = [[[1, 2]], [[3, 4]], [[5, 6]], [[7, 8]]];
  const outputs: number[][] = [];
  for (let count = 1; count <= runs.length; count++) {
    const [output, valid] = await matchReference(given([2], attributes, ~1), ...runs.slice(0, count));
    outputs.push(valid?.[0] === 1 ? [...(output as Int16Array)] : []);
  }
  assert.equal(outputs, [[], [1, 2, 1, 2, 3, 4], [], [3, 4, 5, 6, 7, 8]]);
  // A history that the copies do not end with.
  const uneven = { hop: 3, history: 4, frame: 7, every: 1, shape: [2, 1, 7] };
  await matchReference(given([2, 3], uneven, ~0), ...steps(3, 6));
});

test("frames that do not fit are refused", () => {
  const attributes = { hop: 2, history: 1, frame: 3, every: 1, shape: [2, 3] };
  assert.is(refusalOf(given([4], attributes)), "taken");
  assert.match(refusalOf(given([5], attributes)), /axis of 5 is no multiple of the hop of 2/);
  assert.match(refusalOf(given([4], { ...attributes, hop: 8 })), /the hop is 8/);
  assert.match(refusalOf(given([4], { ...attributes, frame: 4 })), /the frame is 4/);
  assert.match(refusalOf(given([4], { ...attributes, shape: [7] })), /declared as 7; 1 x 2 of 3/);
  assert.match(refusalOf(given([4], { ...attributes, every: 0 })), /is 0/);
  const of = given([4], attributes);
  assert.match(refusalOf({ ...of, variables: [tensor("int16", [1, 2])] }), /history is no variable of 1 x 1/);
  assert.match(refusalOf({ ...of, variables: of.variables?.slice(0, 1) ?? [] }), /countdown is no int32/);
});

test.run();
