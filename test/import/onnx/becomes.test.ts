import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../../host/errors.js";
import { examineModel } from "../../../host/import/index.js";
import { onnxMappings } from "../../../host/import/onnx/operators/index.js";
import { operatorNamed, operators } from "../../../host/ops/index.js";
import { findSuite } from "../../conformance/data.js";

const golden = fileURLToPath(new URL("../../golden/", import.meta.url));

/** A file's bytes; of a golden, those in its gzip. */
const contents = (path: string): Uint8Array =>
  path.endsWith(".gz")
    ? gunzipSync(readFileSync(path))
    : existsSync(path)
      ? readFileSync(path)
      : contents(`${path}.gz`);

/** Models of the tests, and of ONNX's backend tests where these are there. */
function modelFiles(): string[] {
  const own = ["classical", "onnxruntime", "pytorch", "tf2onnx"].flatMap((family) =>
    readdirSync(join(golden, family)).flatMap((name) =>
      readdirSync(join(golden, family, name))
        .filter((file) => file.endsWith(".onnx.gz"))
        .map((file) => join(golden, family, name, file)),
    ),
  );
  const suite = findSuite();
  if (suite === undefined) return own;
  const nodes = readdirSync(join(suite, "node")).map((name) => join(suite, "node", name, "model.onnx"));
  return [...own, ...nodes.filter((file) => existsSync(file))];
}

/** What moves elements or changes their type stands between the operators of any file, and is not said of each. */
const isGlue = (name: string): boolean =>
  ["cast", "concatenation"].includes(name) || operatorNamed(name).moves === true;

/** What quantization and dequantization are by definition, where their scales are computed or several. */
const definition = ["add", "sub", "mul", "div", "round", "maximum", "minimum"];

/** What an operator may become, by what the file calls it. */
const allowed = new Map(
  onnxMappings.map(({ operator, domain, becomes }) => [
    domain === undefined ? operator : `${domain}.${operator}`,
    new Set(becomes.some((name) => /quantize$/.test(name)) ? [...becomes, ...definition] : becomes),
  ]),
);

test("an operator of ONNX is mapped once, to core operators", () => {
  assert.is(allowed.size, onnxMappings.length);
  const known = new Set<string>(operators.map(({ name }) => name));
  for (const { operator, becomes } of onnxMappings) {
    assert.equal(
      becomes.filter((name) => !known.has(name)),
      [],
      operator,
    );
    assert.is(new Set(becomes).size, becomes.length, operator);
  }
});

test("nodes of a graph know what the file calls their operator, which becomes what docs/operators.md says", async () => {
  const extra: string[] = [];
  let nodes = 0;
  for (const file of modelFiles()) {
    try {
      const { graph, operatorOf } = await examineModel(file, contents(file), (beside) => contents(beside));
      for (const node of graph?.nodes ?? []) {
        nodes++;
        const may = allowed.get(operatorOf(node));
        // Ends of the model are of no operator of the file.
        if (
          !may?.has(node.operator) &&
          !isGlue(node.operator) &&
          !(may === undefined && node.operator === "quantize")
        )
          extra.push(`${operatorOf(node)}: ${node.operator} (${file})`);
      }
    } catch (error) {
      if (!(error instanceof WasmoteError)) throw error;
    }
  }
  assert.equal([...new Set(extra)], []);
  assert.ok(nodes > 500);
});

test.run();
