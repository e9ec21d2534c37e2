import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseBudget } from "../../host/budget/budget.js";
import { type WeightOption, weightFrontier } from "../../host/budget/choose.js";
import { buildWithin } from "../../host/budget/index.js";
import { arithmeticChoices, bestForm, type Form, paretoForms } from "../../host/budget/search.js";
import { WasmoteError } from "../../host/errors.js";
import { Execution } from "../../host/evaluate/execution.js";
import type { Graph } from "../../host/graph/graph.js";
import { packageKernels } from "../../host/kernels/library.js";
import { type BuiltModel, buildModel } from "../../host/pipeline.js";
import { outputError } from "../../host/quantize/quantize-model.js";
import { FloatGraph, numbers, pseudoRandom } from "../quantize/float-graphs.js";

test("budgets are read with their units, and what is none is refused", () => {
  assert.equal(parseBudget("ram=96k"), { ram: 98_304 });
  assert.equal(parseBudget("ram=20000, flash=1.5M ,latency=0.5s"), {
    ram: 20_000,
    flash: 1_572_864,
    latency: 500,
  });
  for (const text of [
    "",
    "ram",
    "ram=",
    "ram=-1",
    "ram=0",
    "ram=1q",
    "latency=5",
    "rom=1k",
    "ram=1k,ram=2k",
    "ram=1e3k",
  ]) {
    try {
      parseBudget(text);
      assert.unreachable(text);
    } catch (error) {
      assert.ok(error instanceof WasmoteError && error.code === "budget-invalid", `${text}: ${error}`);
    }
  }
});

const option = (kind: WeightOption["kind"], bytes: number, error: number): WeightOption => ({
  kind,
  bytes,
  error,
  cost: 0,
});

test("weights get fewer bits first where that costs the least for each byte", () => {
  const choices = weightFrontier([
    [option("int8", 100, 0), option("int4", 50, 10), option("table4", 25, 40)],
    [option("int8", 1000, 0), option("int4", 500, 10), option("table4", 250, 1000)],
  ]);
  assert.equal(
    choices.map(({ kinds }) => kinds.join()),
    ["int8,int8", "int8,int4", "int4,int4", "table4,int4", "table4,table4"],
  );
  assert.equal(
    choices.map(({ bytes, error }) => [bytes, error]),
    [
      [1100, 0],
      [600, 10],
      [550, 20],
      [525, 50],
      [275, 1040],
    ],
  );
});

test("no combination of a few random layers beats the list by more than one layer's step", () => {
  const random = pseudoRandom(5);
  const number = (): number => Math.abs(random());
  for (let round = 0; round < 50; round++) {
    const nodes = Array.from({ length: 5 }, () => {
      const bytes = 100 + Math.floor(900 * number());
      const error = number();
      return [
        option("int8", bytes, 0),
        option("int4", bytes / 2, error),
        option("table4", bytes / 4, error * (3 + 9 * number())),
      ];
    });
    const list = weightFrontier(nodes);
    const all = nodes.reduce<{ bytes: number; error: number }[]>(
      (sums, options) =>
        sums.flatMap((sum) =>
          options.map(({ bytes, error }) => ({ bytes: sum.bytes + bytes, error: sum.error + error })),
        ),
      [{ bytes: 0, error: 0 }],
    );
    for (const [i, choice] of list.entries()) {
      const best = Math.min(...all.filter(({ bytes }) => bytes <= choice.bytes).map(({ error }) => error));
      assert.ok(choice.error <= best + 1e-9, `choice ${i}: ${choice.error}, best ${best}`);
    }
  }
});

test("nodes become int16 whose int8 activations cost the most, until so much of the error is gone", () => {
  const wide = (errors: readonly number[], ending?: string): number[][] => {
    const build = new FloatGraph();
    let last = build.input([1, 4]);
    for (const _ of errors) last = build.node("tanh", {}, last);
    if (ending !== undefined) last = build.node(ending, { beta: 1 }, last);
    const all = ending === undefined ? errors : [...errors, 0];
    return arithmeticChoices(all, build.graph(last)).map((choice) =>
      choice.flatMap((arithmetic, at) => (arithmetic === "int16" ? [at] : [])),
    );
  };
  assert.equal(wide([1, 60, 4, 0, 35]), [[], [1], [1, 4], [0, 1, 2, 3, 4]]);
  assert.equal(wide([1, 1, 1, 1]), [[], [0, 1], [0, 1, 2, 3]]);
  assert.equal(wide([0, 0]), [[], [0, 1]]);
  // What is in int16 before the softmax goes into it in int16, else all of that is lost.
  assert.equal(wide([1, 99], "softmax"), [[], [1, 2], [0, 1, 2]]);
  assert.equal(wide([99, 1], "softmax"), [[], [0], [0, 1, 2]]);
});

const form = (ramBytes: number, flashBytes: number, work: number, error: number): Form => ({
  ...{ label: `${ramBytes}`, schemes: [], arenaBytes: 0, macs: work, peak: "", heaviest: "" },
  ...{ ramBytes, flashBytes, work, error },
});

test("forms that another beats in everything are left out; the best is the one of the least error within limits", () => {
  const forms = paretoForms([
    form(10, 10, 10, 1),
    form(5, 12, 10, 1),
    form(11, 10, 10, 1),
    form(5, 5, 20, 2),
    form(5, 5, 20, 2),
  ]);
  assert.equal(
    forms.map(({ ramBytes, error }) => [ramBytes, error]),
    [
      [10, 1],
      [5, 1],
      [5, 2],
    ],
  );
  assert.is(bestForm(forms, {})?.ramBytes, 10);
  assert.is(bestForm(forms, { ramBytes: 9 })?.flashBytes, 12);
  assert.is(bestForm(forms, { ramBytes: 9, flashBytes: 11 })?.error, 2);
  assert.is(bestForm(forms, { ramBytes: 9, flashBytes: 11, work: 15 }), undefined);
});

/** A network of which the last layers do the most harm in int8, and the first take the memory. */
function wideThenNarrow() {
  const random = pseudoRandom(4);
  const build = new FloatGraph();
  const dense = { activation: "none", keepAxes: true };
  const padding = { top: 0, bottom: 0, left: 0, right: 0 };
  const steps = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };
  const constant = (...shape: number[]): number =>
    build.constant(
      shape,
      numbers(
        shape.reduce((a, b) => a * b),
        random,
      ),
    );
  const pixels = build.input([1, 12, 12, 4]);
  const conv = { ...steps, activation: "relu", padding };
  const channels = build.node("conv2d", conv, pixels, constant(8, 1, 1, 4), constant(8));
  const mean = build.node("mean", { axes: [1, 2], keepDims: false }, channels);
  const hidden = build.node("relu", {}, build.node("fullyConnected", dense, mean, constant(12, 8)));
  return { graph: build.graph(build.node("fullyConnected", dense, hidden, constant(5, 12))), build };
}

test("where memory is too small for int16, the nodes that int8 harms the most get it, and the model errs less", async () => {
  const { graph, build } = wideThenNarrow();
  const calibration = build.samples(40, 3);
  const fitted = async (ramBytes: number) =>
    buildWithin(graph, { ramBytes, ramOf: async ({ plan }) => plan.memoryBytes }, { calibration });
  const dtypes = ({ built }: Awaited<ReturnType<typeof fitted>>) =>
    new Set(built.graph.nodes.map(({ outputs: [output] }) => built.graph.tensors[output as number]?.dtype));
  const [mixed, wide] = [await fitted(2200), await fitted(8000)];
  assert.match(mixed.chosen.label, /^int8, \d nodes? int16; weights/);
  assert.ok(mixed.chosen.ramBytes <= 2200 && mixed.built.plan.memoryBytes === mixed.chosen.ramBytes);
  assert.equal(dtypes(mixed), new Set(["int8", "int16"]));
  assert.equal([wide.chosen.label, dtypes(wide)], ["int16; weights int8", new Set(["int16"])]);
  const plain = await buildModel(graph, { calibration, quantize: "int8" });
  const open = (each: Graph) => Execution.open(each, [packageKernels()]);
  const errorOf = (of: BuiltModel) => outputError(graph, of.graph, build.samples(40, 9), open);
  const [inInt8, inBoth, inInt16] = [
    await errorOf(plain),
    await errorOf(mixed.built),
    await errorOf(wide.built),
  ];
  assert.ok(inBoth < inInt8 && inInt16 < inBoth, `${inInt8}, ${inBoth}, ${inInt16}`);
});

test("what is within a bound is found where estimates are too high, and what is refused exceeds it by so much", async () => {
  const { graph, build } = wideThenNarrow();
  const calibration = build.samples(20, 3);
  // Steps take less than the search estimates, most of all where there are many.
  const ramOf = async ({ plan, program }: BuiltModel) => plan.memoryBytes + 1000 - 12 * program.steps.length;
  const within = (ramBytes: number) => buildWithin(graph, { ramBytes, ramOf }, { calibration });
  let ramBytes = 3000;
  let found: number | undefined;
  let more: number | undefined;
  while (more === undefined) {
    try {
      const { chosen } = await within(ramBytes);
      assert.ok(chosen.ramBytes <= ramBytes);
      found = chosen.ramBytes;
      ramBytes = found - 1;
    } catch (error) {
      assert.ok(error instanceof WasmoteError && error.code === "budget-exceeded", `${error}`);
      more = Number(/RAM exceeds it by (\d+) bytes?: /.exec(error.message)?.[1]);
    }
  }
  // With as much more as the refusal asks for it is built, and takes exactly that.
  assert.is((await within(ramBytes + more)).chosen.ramBytes, ramBytes + more);
  assert.is(ramBytes + more, found);
});

test.run();
