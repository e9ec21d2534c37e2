import { test } from "uvu";
import * as assert from "uvu/assert";
import type { TensorComparison } from "../../host/evaluate/compare-graphs.js";
import { buildModel } from "../../host/pipeline.js";
import { makeReport } from "../../host/report/make-report.js";
import { accuracyText } from "../../host/report/text.js";
import { floatEndedGraph, smallGraph } from "../cli/command.js";
import { deepGraph, reported } from "./reported.js";

const classes = 3;
const labels = Array.from({ length: 20 }, (_, i) => i % classes);
const small = await reported(deepGraph(6, "small", classes), { labels });

test("a report has every step with its costs, and its error where the float model has the same tensor", () => {
  const { built, report } = small;
  assert.is(report.model, "small");
  assert.equal(
    report.layers
      .filter(({ operator }) => operator !== "reshape")
      .map(({ name, operator, macs, weightBytes }) => ({ name, operator, macs, weightBytes })),
    built.manifest.steps,
  );
  assert.is(report.layers.filter(({ error }) => error !== undefined).length, 6);
  const [first] = report.layers;
  assert.equal(first?.shape, [1, 8, 8, 4]);
  assert.is(first?.dtype, "int8");
  assert.ok((first?.error?.sqnr ?? 0) > 20);
  assert.ok((first?.error?.rangeUse ?? 0) > 0.8);
});

test("it is the same after it was written as JSON: no infinite number, none that is none", () => {
  assert.equal(JSON.parse(JSON.stringify(small.report)), small.report);
});

test("memory has all that is planned, and nothing that is alive at once lies in the same place", () => {
  const { built, report } = small;
  const { blocks, aliveBytes } = report.memory;
  const scratch = built.plan.scratch.filter(({ bytes }) => bytes > 0).length;
  assert.is(blocks.length, built.plan.tensors.size + scratch);
  assert.equal(
    blocks.filter(({ kind }) => ["input", "output"].includes(kind)).map(({ name }) => name),
    ["in0", "softmax5"],
  );
  assert.is(aliveBytes.length, report.layers.length);
  for (const [i, block] of blocks.entries())
    for (const other of blocks.slice(i + 1)) {
      const together = block.first <= other.last && other.first <= block.last;
      const overlap =
        block.address < other.address + other.bytes && other.address < block.address + block.bytes;
      const shares = other.over === block.name || block.over === other.name;
      assert.not(together && overlap && !shares, `${block.name} and ${other.name}`);
    }
});

test("weights are counted in bins around 0, in real numbers", () => {
  const all = small.report.layers.flatMap(({ weights }) => weights ?? []);
  assert.is(all.length, 4);
  for (const { elements, histogram, low, high, mean, storage } of all) {
    const { counts } = histogram;
    assert.is(
      counts.reduce((sum, count) => sum + count, 0),
      elements,
    );
    assert.is(histogram.low, -histogram.high);
    assert.ok(low >= histogram.low && high <= histogram.high && low < mean && mean < high);
    assert.is(storage, "int8, one scale a channel");
  }
});

test("of int8 with one scale, each code has its bin, zeros the one in the middle", async () => {
  const { layers } = makeReport(await buildModel(smallGraph()));
  const weights = layers[0]?.weights;
  // Four zeros... of twelve weights: eight are 2, at a scale of 0.5.
  assert.is(weights?.storage, "int8");
  assert.is(weights?.zeros, 6 / 12);
  assert.is(weights?.histogram.counts[25], 6);
  assert.is(weights?.histogram.counts.at(-1), 6);
  assert.equal([weights?.low, weights?.high, weights?.mean], [0, 1, 0.5]);
});

test("a model that is taken as it is has costs and memory, and no errors", async () => {
  const built = await buildModel(floatEndedGraph());
  const report = makeReport(built);
  assert.is(report.accuracy, undefined);
  assert.is(report.layers[0]?.error, undefined);
  assert.is(report.macs, 12);
  assert.equal(accuracyText(report), []);
});

test("of tensors of one name and size the last is the last layer's", async () => {
  const built = await buildModel(smallGraph());
  const dense = built.graph.nodes[0]!;
  const twice = {
    ...built,
    graph: { ...built.graph, nodes: [dense, { ...dense }] },
    plan: { ...built.plan, order: [0, 1] },
  };
  const tensor = (sqnr: number): TensorComparison => ({
    ...{ name: "out", operator: "fullyConnected", dtype: "int8", elements: 3, sqnr },
    ...{ maxError: 1, meanError: 1, range: [0, 1] as const },
  });
  const data = { given: 1, compared: 1, calibrated: 1, heldBack: false, sources: [] };
  const errors = (tensors: TensorComparison[]) =>
    makeReport(twice, { compared: { comparison: { samples: 1, tensors, outputs: [] }, data } }).layers.map(
      ({ error }) => error?.sqnr,
    );
  assert.equal(errors([tensor(10), tensor(20)]), [10, 20]);
  assert.equal(errors([tensor(20)]), [undefined, 20]);
});

test("labels: class by class, and what is taken for what", () => {
  const found = small.report.accuracy?.labels;
  assert.is(found?.samples, 20);
  assert.equal(
    found?.classes.map(({ samples }) => samples),
    [7, 7, 6],
  );
  const right = found?.classes.reduce((sum, own) => sum + own.right, 0) ?? 0;
  assert.is(found?.accuracy, right / 20);
  const wrong = found?.mistakes.reduce((sum, mistake) => sum + mistake.samples, 0);
  assert.is(wrong, 20 - right);
  assert.is(
    found?.classes.reduce((sum, own) => sum + own.wronglyFound, 0),
    20 - right,
  );
  assert.equal(
    found?.mistakes.map(({ samples }) => samples),
    found?.mistakes.map(({ samples }) => samples).sort((a, b) => b - a),
  );
});

test("labels of very many classes: no matrix, but every class and the most frequent mistakes", async () => {
  const { report } = await reported(deepGraph(6, "many", 120), { labels });
  assert.is(report.accuracy?.labels?.confusion, undefined);
  assert.is(report.accuracy?.labels?.classes.length, 120);
});

test("as text: all of few layers, the furthest of many, as wide as the terminal", async () => {
  const text = accuracyText(small.report);
  assert.match(
    text[0]!,
    /^Compared with the float model on 20 samples from validation, held back .* 8 samples\.$/,
  );
  assert.is(text.filter((line) => /^ +\d /.test(line)).length, 6);
  assert.match(
    text.at(-2)!,
    /^output softmax5: same class as the float model in [\d.]+ % of 20; SQNR [\d.]+ dB; /,
  );
  assert.match(text.at(-1)!, /^labels: [\d.]+ % of 20 labelled samples right; float model [\d.]+ %$/);
  const { report } = await reported(deepGraph(44));
  const long = accuracyText(report, { width: 100 });
  const rows = long.filter((line) => /^ +\d+ {2}/.test(line));
  assert.is(rows.length, 20);
  const ratios = rows.map((line) => Number(/int8 +([\d.]+)/.exec(line)?.[1]));
  assert.equal(
    ratios,
    [...ratios].sort((a, b) => a - b),
  );
  assert.ok(long.every((line) => line.length <= 100));
  assert.ok(long.includes("the 20 layers furthest from the float model; 24 more"));
});

test("as text: samples that it was calibrated with are said to be those, and how many were left out", () => {
  const { accuracy } = small.report;
  const data = { given: 900, compared: 30, calibrated: 900, heldBack: false, sources: ["a", "b", "c", "d"] };
  const [first] = accuracyText({ ...small.report, accuracy: { ...accuracy!, data } });
  assert.match(first!, "on 30 of 900 samples from a, b, c and 1 more, the ones that it was calibrated with");
  assert.match(first!, "all of them would take long");
});

test.run();
