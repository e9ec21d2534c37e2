import { test } from "uvu";
import * as assert from "uvu/assert";
import { AppGraph } from "../../host/app/app-graph.js";
import { framesOf } from "../../host/app/framing.js";
import { random } from "../ops/harness.js";
import { openGraph } from "./open-graph.js";

test("frames are those of the whole signal, cut from its beginning, each in the run that completes it", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const { integer, int8s } = random(seed);
    const hop = integer(1, 6);
    const stride = hop * integer(1, 4);
    const frame = integer(1, stride + 12);
    const graph = new AppGraph();
    const samples = { name: "samples", dtype: "int8", shape: [hop] } as const;
    const framed = framesOf(graph, { tensor: samples, when: [], period: 1 }, { frame, stride }, "frame");
    assert.is(framed.period, stride / hop);
    const run = await openGraph(graph, samples, [framed.tensor, ...framed.when]);
    const signal = int8s(hop * 25);
    const found: { run: number; frame: number[] }[] = [];
    for (let at = 0; at < signal.length; at += hop) {
      const [cut, ...isThere] = run(signal.subarray(at, at + hop));
      if (isThere.every((flag) => flag[0] === 1)) found.push({ run: at / hop, frame: cut as number[] });
    }
    const expected: { run: number; frame: number[] }[] = [];
    for (let at = 0; ; at += stride) {
      // The run whose hop ends the frame.
      const complete = Math.ceil(frame / hop) - 1 + at / hop;
      if (complete >= 25) break;
      expected.push({ run: complete, frame: [...signal.subarray(at, at + frame)] });
    }
    assert.equal(found, expected, `hop ${hop}, stride ${stride}, frame ${frame}`);
  }
});

test("frames of frames are there under the conditions of both", async () => {
  const graph = new AppGraph();
  const samples = { name: "samples", dtype: "int8", shape: [1] } as const;
  const pairs = framesOf(graph, { tensor: samples, when: [], period: 1 }, { frame: 2, stride: 2 }, "pair");
  const both = framesOf(graph, pairs, { frame: 4, stride: 2, shape: [2, 2] }, "pairs");
  assert.is(both.when.length, 2);
  assert.is(both.period, 2);
  const kept = graph.lasting(both);
  const run = await openGraph(graph, samples, [kept]);
  const seen = [1, 2, 3, 4, 5, 6].map((value) => (run(Int8Array.of(value))[0] as number[]).join());
  assert.equal(seen, ["0,0,0,0", "0,0,0,0", "0,0,0,0", "1,2,3,4", "1,2,3,4", "3,4,5,6"]);
});

test.run();
