import { test } from "uvu";
import * as assert from "uvu/assert";
import { layOut } from "../../host/drawing/layout.js";
import {
  type Picture,
  type PictureNode,
  pictureOfBuilt,
  pictureOfRefused,
} from "../../host/drawing/picture.js";
import { svgText } from "../../host/drawing/svg.js";
import { examineModel } from "../../host/import/index.js";
import { buildModel } from "../../host/pipeline.js";
import { constant, writeOnnx } from "../import/onnx/onnx-writer.js";
import {
  importWritten,
  ints,
  readerOf,
  text,
  type WrittenGraphModel,
  type WrittenNode,
  writeGraphModel,
} from "../import/tfjs-graph/graph-model-writer.js";
import { type WrittenModel, writeTflite } from "../import/tflite-writer.js";
import { chromium, startBrowser } from "../run/chromium.js";

const node = (name: string, op: string, input: string[], attr = {}): WrittenNode => ({
  name,
  op,
  input,
  attr,
});

const window = { strides: ints(1, 1, 1, 1), padding: text("SAME") };
const branches: WrittenGraphModel = {
  nodes: [
    node("wide", "Conv2D", ["x", "kernel"], window),
    node("left", "MaxPool", ["wide"], { ...window, ksize: ints(1, 2, 2, 1) }),
    node("right", "Tanh", ["wide"]),
    node("both", "ConcatV2", ["left", "right", "axis"]),
    node("best", "TopKV2", ["both", "axis"]),
  ],
  weights: {
    kernel: { shape: [1, 1, 2, 8], values: Array.from({ length: 16 }, (_, i) => i) },
    axis: { shape: [], dtype: "int32", values: [3] },
  },
  inputs: { x: { shape: [1, 4, 4, 2] } },
  outputs: { values: "best", indices: "best:1" },
};

const built = async () => {
  const graph = await importWritten(branches);
  const model = await buildModel(graph, { quantize: "float32" });
  return { model, picture: pictureOfBuilt("branches", "float32", model) };
};

async function examined(path: string, bytes: Uint8Array, shard = new Uint8Array(0)): Promise<Picture> {
  const imported = await examineModel(path, bytes, readerOf({ "shard.bin": shard }));
  return pictureOfRefused(imported, imported.refusals);
}

function named({ nodes }: Picture, name: string): PictureNode {
  const found = nodes.filter(({ lines, kind }) => lines[0] === name && !["input", "output"].includes(kind));
  assert.is(found.length, 1, `${name}: ${found.length} nodes`);
  return found[0] as PictureNode;
}

/** "a>b" for each edge, by the first lines of its nodes. */
const connections = ({ nodes, edges }: Picture) =>
  edges.map(({ from, to }) => `${nodes[from]?.lines[0]}>${nodes[to]?.lines[0]}`).sort();

test("a model that builds: types, weights, connections, memory at each step, and where it is most", async () => {
  const { model, picture } = await built();
  const { plan, graph } = model;
  assert.equal(connections(picture), [
    "both>values",
    "left>both",
    "right>both",
    "values>indices",
    "values>values",
    "wide>left",
    "wide>right",
    "x>wide",
  ]);
  const wide = named(picture, "wide");
  assert.is(wide.heading, "conv2d");
  assert.ok(wide.lines.includes("1x4x4x8 float32"), wide.lines.join());
  assert.ok(wide.lines.includes("weights 64 bytes"), wide.lines.join());
  assert.is(wide.kind, "operator");
  const peaks = picture.nodes.filter(({ isPeak }) => isPeak);
  assert.is(peaks.length, 1);
  assert.is(peaks[0]?.lines[0], graph.nodes[plan.order[plan.boundStep] as number]?.name);
  for (const [step, position] of plan.order.entries()) {
    const { lines } = named(picture, graph.nodes[position]?.name as string);
    const memory = `step ${step}: memory ${plan.aliveBytes[step]?.toLocaleString("en-US")} bytes`;
    assert.ok(lines.includes(memory), `${lines.join()} has no ${memory}`);
  }
  assert.ok(
    picture.lines.includes(
      `memory ${plan.arenaBytes.toLocaleString("en-US")} bytes, most of it at "${peaks[0]?.lines[0]}"`,
    ),
  );
  const labels = picture.edges.flatMap(({ label }) => label ?? []);
  assert.equal(labels, ["values", "indices"], "outputs of one node are told apart");
});

test("a TF.js model that is refused: its own operators, the reason as a tooltip", async () => {
  const { json, shard } = writeGraphModel({
    ...branches,
    nodes: [...branches.nodes, node("odd", "Unheard", ["right"]), node("last", "Neg", ["odd"])],
    outputs: { values: "best", last: "last" },
  });
  const picture = await examined("model.json", new TextEncoder().encode(JSON.stringify(json)), shard);
  assert.ok(connections(picture).includes("right>odd"));
  assert.ok(connections(picture).includes("odd>last"), connections(picture).join());
  assert.ok(connections(picture).includes("x>wide"));
  const odd = named(picture, "odd");
  assert.is(odd.kind, "refused");
  assert.is(odd.heading, "Unheard");
  assert.match(odd.tooltip, /the operator is not supported/);
  assert.equal(
    picture.nodes.filter(({ kind }) => kind === "refused").map(({ lines }) => lines[0]),
    ["odd"],
  );
  assert.is(named(picture, "wide").heading, "Conv2D");
});

test("an ONNX model and a Keras model that are refused are drawn with their nodes", async () => {
  const onnx = writeOnnx({
    graph: {
      nodes: [
        { operator: "Relu", inputs: ["x"], outputs: ["a"] },
        { operator: "Unheard", inputs: ["a", "w"], outputs: ["b"] },
        { operator: "Neg", inputs: ["b"], outputs: ["y"] },
      ],
      constants: [constant("w", "float32", [1], [1])],
      inputs: [{ name: "x", dtype: "float32", shape: [1, 2] }],
      outputs: [{ name: "y", dtype: "float32" }],
    },
  });
  const picture = await examined("model.onnx", onnx);
  assert.equal(connections(picture), ["a>b", "b>y", "x>a", "y>y"]);
  assert.is(named(picture, "b").kind, "refused");

  const layer = (class_name: string, name: string, from: string[], config = {}) => ({
    class_name,
    name,
    config: { name, ...config },
    inbound_nodes: from.length === 0 ? [] : [from.map((other) => [other, 0, 0, {}])],
  });
  const layers = [
    layer("InputLayer", "in", [], { batch_input_shape: [null, 4] }),
    layer("Unheard", "odd", ["in"]),
    layer("Activation", "act", ["odd"], { activation: "relu" }),
  ];
  const config = { name: "m", layers, input_layers: [["in", 0, 0]], output_layers: [["act", 0, 0]] };
  const keras = { modelTopology: { class_name: "Model", config }, weightsManifest: [] };
  const drawn = await examined("model.json", new TextEncoder().encode(JSON.stringify(keras)));
  assert.equal(connections(drawn), ["act>act", "in>odd", "odd>act"]);
  assert.is(named(drawn, "odd").kind, "refused");
});

test("of a node with more connections than any graph has, so many are drawn, and how many are not is said", async () => {
  const { json, shard } = writeGraphModel({
    ...branches,
    nodes: [node("odd", "Unheard", Array(20_000).fill("x"))],
    outputs: { out: "odd" },
  });
  const picture = await examined("model.json", new TextEncoder().encode(JSON.stringify(json)), shard);
  assert.is(picture.edges.length, 16_384);
  assert.ok(picture.lines.includes("3,617 more connections are not drawn"), picture.lines.join());
});

test("a TFLite model that is refused keeps its types", async () => {
  const tensor = (name: string) => ({ name, type: "FLOAT32" as const, shape: [1, 4] });
  const model: WrittenModel = {
    tensors: [tensor("x"), tensor("a"), tensor("y")],
    nodes: [
      { builtin: "TANH", inputs: [0], outputs: [1] },
      { builtin: "CUSTOM:Unheard", inputs: [1], outputs: [2] },
    ],
    inputs: [0],
    outputs: [2],
  };
  const picture = await examined("model.tflite", writeTflite(model));
  assert.equal(connections(picture), ["a>y", "x>a", "y>y"]);
  const odd = named(picture, "y");
  assert.is(odd.heading, "CUSTOM:Unheard");
  assert.match(odd.tooltip, /it is a custom operator/);
  assert.ok(named(picture, "a").lines.includes("1x4 float32"));
});

const hostile = `</title><script>alert(1)</script>&"']]>\u001b[31m\u202e\uffff\ud800`;

test("names that mean something to XML or to a terminal are text", async () => {
  const picture: Picture = {
    heading: hostile,
    lines: [hostile],
    nodes: [
      { kind: "input", heading: hostile, lines: [hostile], tooltip: hostile },
      {
        kind: "refused",
        heading: hostile,
        lines: Array(30).fill(hostile),
        tooltip: `${hostile}\n${hostile}`,
      },
    ],
    edges: [{ from: 0, to: 1, tooltip: hostile, label: hostile }],
  };
  const svg = svgText(picture, await layOut(picture));
  assert.not.match(svg, /<script/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  assert.not.match(svg, /[\u0000-\u0009\u000b-\u001f\u202e\ufffe\uffff\ud800-\udfff]/);
  assert.is(svg.split('<g class="node').length, 3);
  assert.match(svg, /and 23 more/);
});

test("nodes of a layered picture lie below what they read, and none lies on another", async () => {
  const { picture } = await built();
  const { boxes, isColumn, width, height } = await layOut(picture);
  assert.not(isColumn);
  for (const { from, to } of picture.edges) assert.ok((boxes[from]?.y as number) < (boxes[to]?.y as number));
  for (const [i, a] of boxes.entries()) {
    assert.ok(a.x - a.width / 2 >= 0 && a.x + a.width / 2 <= width && a.y + a.height / 2 <= height + 1e-9);
    for (const b of boxes.slice(i + 1)) {
      const apart =
        Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
      assert.ok(apart, "two nodes lie on each other");
    }
  }
});

test("thousands of nodes, or few with long connections, are a column, which the picture says", async () => {
  const chain = (count: number, edges: Picture["edges"]): Picture => ({
    heading: "chain",
    lines: [],
    nodes: Array.from({ length: count }, (_, i) => ({
      kind: "operator" as const,
      heading: "relu",
      lines: [`n${i}`],
      tooltip: `n${i}`,
    })),
    edges: [...Array.from({ length: count - 1 }, (_, i) => ({ from: i, to: i + 1, tooltip: "" })), ...edges],
  });
  const long = Array.from({ length: 60 }, (_, i) => ({ from: i, to: 199 - i, tooltip: "" }));
  for (const picture of [chain(2048, []), chain(200, long), chain(40, [{ from: 39, to: 0, tooltip: "" }])]) {
    const layout = await layOut(picture);
    assert.is(layout.isColumn, picture.nodes.length > 40);
    assert.is(layout.boxes.length, picture.nodes.length);
    const svg = svgText(picture, layout);
    assert.is(/one below the other/.test(svg), layout.isColumn);
  }
});

test("the picture opens in a browser as it is, and says what it is to a pointer", async () => {
  if (chromium === undefined) return;
  const { picture } = await built();
  const nodes = [
    ...picture.nodes,
    { kind: "refused" as const, heading: hostile, lines: [hostile], tooltip: hostile },
  ];
  const drawn = { ...picture, nodes };
  const svg = svgText(drawn, await layOut(drawn));
  const browser = startBrowser();
  try {
    const page = await browser.open(`data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`);
    const found = await page.evaluate<[string, number, number, number, string]>(`[
      document.documentElement.tagName,
      document.querySelectorAll("parsererror, script").length,
      document.querySelectorAll(".node").length,
      document.querySelectorAll(".peak").length,
      document.querySelector(".refused title").textContent.slice(0, 16),
    ]`);
    assert.equal(found, ["svg", 0, nodes.length, 1, "</title><script>"]);
  } finally {
    await browser.close();
  }
});

test.run();
