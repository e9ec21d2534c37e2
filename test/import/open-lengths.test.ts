import { test } from "uvu";
import * as assert from "uvu/assert";
import { examineModel, type Imported, type ImportOptions } from "../../host/import/index.js";
import { errorOf } from "../error-of.js";
import { writeOnnx } from "./onnx/onnx-writer.js";

const json = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** A model of one rectifier in each format, whose input is an open batch of open lengths of 4. */
const models: Readonly<Record<string, readonly [path: string, bytes: Uint8Array, name: string]>> = {
  "an ONNX model": ["m.onnx", onnxModel(), "time"],
  "a Keras model": ["model.json", layersModel(), "x:1"],
  "a TF.js graph model": ["model.json", graphModel(), "x:1"],
};

function onnxModel(): Uint8Array {
  const end = (name: string) => ({ name, dtype: "float32", shape: ["batch", "time", 4] });
  const node = { operator: "Relu", inputs: ["x"], outputs: ["y"] };
  return writeOnnx({ graph: { nodes: [node], inputs: [end("x")], outputs: [end("y")] } });
}

function layersModel(): Uint8Array {
  const layers = [
    {
      class_name: "InputLayer",
      config: { name: "x", batch_input_shape: [null, null, 4] },
      inbound_nodes: [],
    },
    { class_name: "ReLU", config: { name: "y" }, inbound_nodes: [[["x", 0, 0, {}]]] },
  ].map((layer) => ({ ...layer, name: layer.config.name }));
  const config = { name: "m", layers, input_layers: [["x", 0, 0]], output_layers: [["y", 0, 0]] };
  return json({ modelTopology: { class_name: "Functional", config }, weightsManifest: [] });
}

function graphModel(): Uint8Array {
  const shape = { shape: { dim: [{ size: "-1" }, { size: "-1" }, { size: "4" }] } };
  const dtype = { type: "DT_FLOAT" };
  const node = [
    { name: "x", op: "Placeholder", attr: { dtype, shape } },
    { name: "y", op: "Relu", input: ["x"], attr: { T: dtype } },
  ];
  return json({ format: "graph-model", modelTopology: { node }, weightsManifest: [] });
}

for (const [what, [path, bytes, name]] of Object.entries(models)) {
  const open = (options?: ImportOptions): Promise<Imported> =>
    examineModel(path, bytes, () => new Uint8Array(0), options);

  test(`${what}: a length that is open is given by its name, and told`, async () => {
    const { graph, openDims } = await open({ dims: { [name]: 7 } });
    assert.equal(graph?.tensors[graph.inputs[0] as number]?.shape, [1, 7, 4]);
    assert.equal(
      openDims?.map(({ input, axis, length }) => [input, axis, length]),
      [
        ["x", 0, 1],
        ["x", 1, 7],
      ],
    );
    assert.is(openDims?.[1]?.name, name);
  });

  test(`${what}: one that nobody gives is asked for`, async () => {
    for (const dims of [{}, { other: 7 }] as Record<string, number>[]) {
      const error = await errorOf(open({ dims }));
      assert.is(error.code, "model-open");
      assert.match(error.message, `"${name}" (axis 1 of "x")`);
      assert.match(error.help, `--dim ${name}=LENGTH`);
    }
  });
}

test.run();
