import { test } from "uvu";
import * as assert from "uvu/assert";
import { exportModels, hostCore, type ModelToExport } from "../../host/export/index.js";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { findProgram } from "../../host/tools/find.js";
import { type WrittenGraph, writeOnnx } from "../import/onnx/onnx-writer.js";
import { runExample } from "./program.js";

async function built(name: string, graph: WrittenGraph): Promise<ModelToExport> {
  const imported = importModel(`${name}.onnx`, writeOnnx({ graph: { ...graph, name } }), () => {
    throw new Error("a model of one file");
  });
  const { wasm } = await buildModel(await imported);
  return { wasm, ...openModule(wasm) };
}

const floats = (name: string) => ({ name, dtype: "float32", shape: [1, 6] }) as const;

/** Names that would collide with C, its library, a header, an ecosystem or the library's own at some place. */
const names = ["x", "sprintf", "arena_free", "A0"];

test("the example gives every input its sample, and prints numbers of any size, of 64 bits, and what is none", async () => {
  const missing = ["cmake", "gcc"].filter((program) => findProgram(program) === undefined);
  if (missing.length > 0) {
    console.error(`SKIPPED: the example compiled and run, for want of ${missing.join(" and ")}`);
    return;
  }
  const division = await built("division", {
    nodes: [
      { operator: "Div", inputs: ["a", "b"], outputs: ["quotient"] },
      { operator: "ArgMax", inputs: ["a"], outputs: ["largest"], attributes: { axis: 1, keepdims: 0 } },
    ],
    inputs: [floats("a"), floats("b")],
    outputs: [floats("quotient"), { name: "largest", dtype: "int64", shape: [1] }],
  });
  const others = names.map((name) =>
    built(name, {
      nodes: [{ operator: "Relu", inputs: ["a"], outputs: ["b"] }],
      inputs: [floats("a")],
      outputs: [floats("b")],
    }),
  );
  const exported = await exportModels([division, ...(await Promise.all(others))], {
    core: hostCore,
    tier: "portable",
    model: "array",
  });
  const samples: Record<string, string> = {
    division_sample_0: "1, -1, 0, 3e9f, 1234567, -0.0625f",
    division_sample_1: "0, 0, 0, 1, 1, 1",
    x_sample: "2, -2",
  };
  const said = await runExample(exported, (example) =>
    Object.entries(samples).reduce((text, [name, values]) => {
      assert.match(text, `${name}[] = { 0.0f }`);
      return text.replace(`${name}[] = { 0.0f }`, `${name}[] = { ${values} }`);
    }, example),
  );
  const lines = said.split("\n");
  assert.equal(lines.slice(0, 8), [
    ...["inf", "-inf", "nan", "300000.000e4", "123456.704e1", "-0.063", "3"],
    "division: done",
  ]);
  assert.equal(lines.slice(8, 15), ["2.000", "0.000", "2.000", "0.000", "2.000", "0.000", "x: done"]);
  assert.is(lines.filter((line) => line.endsWith(": done")).length, 1 + names.length, said);
});

test.run();
