import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorCode, UnsupportedModelError, WasmoteError } from "../../host/errors.js";
import { requireGraph } from "../../host/import/imported.js";
import { openTfjs } from "../../host/import/tfjs/import.js";
import { matchTfjs } from "../../host/import/tfjs/match.js";
import { fixtureFolder, readFromDisk } from "./tfjs-fixtures.js";

// biome-ignore lint/suspicious/noExplicitAny: the tests change any part of the document
type Json = Record<string, any>;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const openGraph = (...model: Parameters<typeof openTfjs>) => requireGraph(openTfjs(...model));

/** The two-layer fixture, with its JSON and its only shard changed. */
function broken(
  change: (json: Json) => unknown,
  shard: (bytes: Uint8Array) => Uint8Array | undefined = (b) => b,
) {
  const folder = fixtureFolder("converter-json");
  const json = JSON.parse(new TextDecoder().decode(readFromDisk(`${folder}/model.json`))) as Json;
  const changed = change(json) ?? json;
  return () =>
    openGraph(encode(JSON.stringify(changed)), "models/model.json", (path) => {
      const bytes = shard(readFromDisk(`${folder}/group1-shard1of1.bin`));
      if (bytes === undefined || path !== "models/group1-shard1of1.bin") {
        throw new WasmoteError("file-unreadable", "no such file", { file: path });
      }
      return bytes;
    });
}

/** The error that an action throws, which must have this code and say this. */
function refused(action: () => unknown, code: ErrorCode, ...parts: string[]): WasmoteError {
  try {
    action();
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    assert.is(error.code, code, error.message);
    for (const part of parts) assert.match(error.message, part);
    return error;
  }
  throw new Error(`nothing was thrown; ${code} is expected`);
}

const layersOf = (json: Json): Json[] => json.modelTopology.model_config.config.layers;
const weightsOf = (json: Json): Json[] => json.weightsManifest[0].weights;

test("the unchanged model opens", () => {
  assert.is(broken(() => {})().nodes.length, 3);
});

test("a JSON name or a topology is a match, other bytes are none", () => {
  assert.ok(matchTfjs(encode("garbage"), "model.json"));
  assert.ok(matchTfjs(encode('{"modelTopology": {}}'), "model"));
  assert.not(matchTfjs(encode('{"a": 1}'), "model"));
  assert.not(matchTfjs(Uint8Array.of(28, 0, 0, 0, 84, 70, 76, 51), "model.tflite"));
});

test("garbage is model-corrupt", () => {
  const open = (bytes: Uint8Array) => () => openGraph(bytes, "model.json", readFromDisk);
  refused(open(encode("{ not json")), "model-corrupt", "JSON");
  refused(open(Uint8Array.of(0x7b, 0xff, 0xfe)), "model-corrupt");
  refused(open(encode("[1, 2]")), "model-invalid", "[1,2]", "an object");
});

test("missing and contradicting fields are model-invalid and named", () => {
  refused(
    broken((json) => {
      delete json.modelTopology;
    }),
    "model-invalid",
    "modelTopology is missing",
  );
  refused(
    broken((json) => {
      delete json.weightsManifest;
    }),
    "model-weightless",
    "without its weightsManifest",
  );
  refused(
    broken((json) => {
      delete layersOf(json)[0]!.config.units;
    }),
    "model-invalid",
    "units is missing",
    'node "hidden"',
    "Dense",
  );
  refused(
    broken((json) => {
      layersOf(json)[0]!.config.use_bias = "yes";
    }),
    "model-invalid",
    'use_bias is "yes"; true or false',
  );
  refused(
    broken((json) => {
      weightsOf(json)[0]!.name = "other/kernel";
    }),
    "model-invalid",
    'weight "kernel" is missing',
    'node "hidden"',
  );
  refused(
    broken((json) => {
      weightsOf(json)[0]!.shape = [6, 7];
    }),
    "model-invalid",
    "[6, 7]; [7, 6] is expected",
  );
  refused(
    broken((json) => {
      weightsOf(json)[1]!.name = "hidden/kernel";
    }),
    "model-invalid",
    'two weights are named "hidden/kernel"',
  );
  refused(
    broken((json) => {
      weightsOf(json)[0]!.dtype = "float128";
    }),
    "model-invalid",
    "float128",
  );
  refused(
    broken((json) => {
      json.modelTopology.model_config = "{";
    }),
    "model-corrupt",
    "model_config",
  );
  refused(
    broken((json) => {
      json.modelTopology.model_config.class_name = "Mystery";
    }),
    "model-invalid",
    '"Mystery"',
  );
  refused(
    broken((json) => {
      json.modelTopology.model_config.config.layers = [];
    }),
    "model-invalid",
    "no layers",
  );
});

test("a graph model without a graph is refused", () => {
  refused(
    broken((json) => {
      json.format = "graph-model";
    }),
    "model-invalid",
    "modelTopology.node",
  );
});

test("a missing shard is named", () => {
  const error = refused(
    broken(
      () => {},
      () => undefined,
    ),
    "shard-missing",
  );
  assert.is(error.place.file, "models/group1-shard1of1.bin");
});

test("a shard that is too short or too long says both lengths", () => {
  const short = broken(
    () => {},
    (bytes) => bytes.subarray(0, 303),
  );
  refused(short, "shard-short", "303 bytes", "need 304", "group1-shard1of1.bin");
  const long = broken(
    () => {},
    (bytes) => Uint8Array.from([...bytes, 0]),
  );
  refused(long, "shard-short", "305 bytes", "need 304");
});

test("weights that are not finite are named", () => {
  for (const [value, name] of [
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
  ] as const) {
    const action = broken(
      () => {},
      (bytes) => {
        const copy = Uint8Array.from(bytes);
        new DataView(copy.buffer).setFloat32(42 * 4 + 8, value, true);
        return copy;
      },
    );
    refused(action, "weights-not-finite", `weight "hidden/bias" has ${name} at element 2`);
  }
});

test("shard paths stay in the model's folder", () => {
  for (const path of [
    "../secret.bin",
    "/etc/passwd",
    "a/../../b.bin",
    "C:\\x.bin",
    "http://host/x.bin",
    "",
  ]) {
    refused(
      broken((json) => {
        json.weightsManifest[0].paths = [path];
      }),
      "model-invalid",
      "leaves the model's folder",
    );
  }
});

test("weights of other dtypes are skipped, with their bytes", () => {
  const action = broken(
    (json) => {
      weightsOf(json).unshift({ name: "optimizer/step", shape: [], dtype: "int32" });
      weightsOf(json).unshift({ name: "flag", shape: [3], dtype: "bool" });
    },
    (bytes) => Uint8Array.from([1, 1, 1, 9, 9, 9, 9, ...bytes]),
  );
  assert.equal(action(), broken(() => {})());
});

test("each group has shards of its own, which must hold just its weights", () => {
  const split = (json: Json, second: string) => {
    const weights = weightsOf(json).splice(2);
    json.weightsManifest.push({ paths: [second], weights });
  };
  const open = (json: Json) => {
    const bytes = readFromDisk(`${fixtureFolder("converter-json")}/group1-shard1of1.bin`);
    return openGraph(encode(JSON.stringify(json)), "model.json", (path) =>
      path === "second.bin" ? bytes.subarray(192) : bytes.subarray(0, 192),
    );
  };
  const json = JSON.parse(
    new TextDecoder().decode(readFromDisk(`${fixtureFolder("converter-json")}/model.json`)),
  ) as Json;
  split(json, "second.bin");
  assert.equal(open(json), broken(() => {})());
  json.weightsManifest[1].paths = ["first.bin"];
  refused(() => open(json), "shard-short", "192 bytes", "need 112", "first.bin");
});

test("every unsupported layer and config value is listed at once", () => {
  const action = broken((json) => {
    const [hidden, out] = layersOf(json) as [Json, Json];
    hidden.config.activation = "seluu";
    hidden.config.dtype = "float64";
    layersOf(json).splice(1, 0, { class_name: "MyLayer", config: { name: "own" } });
    layersOf(json).splice(2, 0, {
      class_name: "Conv2D",
      config: {
        name: "conv",
        filters: 2,
        kernel_size: [3, 3],
        data_format: "channels_middle",
        lora_rank: 2,
        padding: "full",
      },
    });
    out.config.activation = "sparsemax";
  });
  const error = refused(action, "model-unsupported") as UnsupportedModelError;
  assert.instance(error, UnsupportedModelError);
  assert.equal(
    error.refusals.map(({ node, operator, reason }) => `${node} ${operator} ${reason.split(" is not")[0]}`),
    [
      'hidden_input InputLayer dtype "float64"',
      'hidden Dense dtype "float64"',
      'hidden Dense activation "seluu"',
      "own MyLayer layers of this class are not supported",
      "conv Conv2D lora_rank 2",
      'conv Conv2D data_format "channels_middle"',
      'conv Conv2D padding "full"',
      'out Dense activation "sparsemax"',
    ],
  );
});

test("an input with an open length other than the batch needs a length, one without a shape is refused", () => {
  const action = broken((json) => {
    layersOf(json)[0]!.config.batch_input_shape = [null, null];
  });
  const error = refused(action, "model-open", '"hidden_input:1" (axis 1 of "hidden_input")');
  assert.match(error.help, "--dim hidden_input:1=LENGTH");
  const unknown = broken((json) => {
    delete layersOf(json)[0]!.config.batch_input_shape;
  });
  refused(unknown, "model-unsupported", "shape is missing");
});

test.run();
