import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../host/import/index.js";
import { type OpenedModule, openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { decodeReals, encodeReals, writeNpy } from "../../host/run/tensor-files/index.js";
import { root, wasmote } from "../cli/command.js";
import { writeOnnx } from "../import/onnx/onnx-writer.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { goldenModels } from "../models/golden-cases.js";
import { sharedModels } from "../shared-models.js";
import { type Browser, chromium, type Page, startBrowser } from "./chromium.js";
import { type PageServer, servePage } from "./page-server.js";

const documentation = readFileSync(join(root, "docs", "browser.md"), "utf8");
/** The code block of that language in docs/browser.md. */
const documented = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(documentation)?.[1] as string;

const loader = `<!doctype html><title>wasmote</title>
<script type="importmap">{ "imports": { "cborg": "/node_modules/cborg/cborg.js" } }</script>
<script type="module">
import { loadModel } from "/model.js";
globalThis.predict = async (values) => (await loadModel("/small.wasm")).predict(values);
</script>`;

const folder = mkdtempSync(join(tmpdir(), "wasmote-browser-"));
const inFolder = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const small = writeTflite(smallModel());
const smallInput = Array.from({ length: 72 }, (_, i) => Math.sin(i));
const digits = join(root, "models", "digits");

/** Most bytes of scripts that a page loads to build models, as they are, without a bundler. */
const largestBytes = 1_600_000;

/** What a model in this process answers to the bytes of its input. */
async function answer(runner: string, wasm: Uint8Array, opened: OpenedModule, input: Uint8Array) {
  const running = await openRunner(runner, wasm, opened);
  running.writeInput(0, input);
  running.run();
  const output = running.readOutput(0);
  running.close();
  return decodeReals(output, opened.manifest.outputs[0]!);
}

/** The file that the command line builds. */
function commandLineBuild(model: string, ...options: string[]): Uint8Array {
  const { code, stderr } = wasmote(folder, ["build", model, ...options, "-o", "expected.wasm"]);
  assert.is(code, 0, stderr);
  return readFileSync(join(folder, "expected.wasm"));
}

interface Picked {
  model: readonly string[];
  samples?: string;
  input?: string;
}

/** Picks files in the documented page and builds: the page's answer, and the file that it offers. */
async function buildInPage(page: Page, { model, samples, input }: Picked) {
  await page.pick("#model", model);
  if (samples !== undefined) await page.pick("#samples", [samples]);
  if (input !== undefined) await page.pick("#input", [input]);
  await page.evaluate(`new Promise((done) => {
    new MutationObserver(done).observe(document.querySelector("#result"), { childList: true });
    document.querySelector("#build").click();
  })`);
  const result = await page.evaluate<string>(`document.querySelector("#result").textContent`);
  const file = await page.evaluate<{ name: string; base64: string; sha256: string } | null>(`(async () => {
    const link = document.querySelector("#file");
    if (!link.href) return null;
    const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer());
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const text = (values) => Array.from(values, (value) => String.fromCharCode(value)).join("");
    return { name: link.download, base64: btoa(text(bytes)), sha256: btoa(text(hash)) };
  })()`);
  return { result, ...file, wasm: Buffer.from(file?.base64 ?? "", "base64") };
}

/** Asserts that the page's file is the command line's. */
function assertSameFile(built: Awaited<ReturnType<typeof buildInPage>>, expected: Uint8Array): void {
  assert.is(built.sha256, createHash("sha256").update(expected).digest("base64"), built.result);
  assert.is(Buffer.compare(built.wasm, expected), 0);
}

test("the documented twenty lines are at most twenty", () => {
  const lines = documented("js")
    .split("\n")
    .filter((line) => line.trim() !== "");
  assert.ok(lines.length <= 21, `${lines.length} lines, the import among them`);
});

let server: PageServer | undefined;
let browser: Browser | undefined;
test.before(async () => {
  const { wasm } = await buildModel(await importModel("small.tflite", small, () => new Uint8Array(0)));
  server = await servePage(
    {
      "/build.html": documented("html"),
      "/run.html": loader,
      "/model.js": documented("js"),
      "/small.wasm": wasm,
    },
    { "/node_modules/wasmote/": root, "/node_modules/": join(root, "node_modules") },
  );
});
test.after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A test on a page of the server, in the browser; left out where there is no browser. */
function pageTest(name: string, path: string, work: (page: Page) => Promise<void>): void {
  if (chromium === undefined) return;
  test(name, async () => {
    assert.ok(existsSync(join(root, "dist", "browser.js")), "dist is not built: npm run build");
    browser ??= startBrowser();
    await work(await browser.open(`${server?.url}${path}`));
  });
}

pageTest("the documented twenty lines give wasm3's answer", "/run.html", async (page) => {
  const { wasm } = await buildModel(await importModel("small.tflite", small, () => new Uint8Array(0)));
  const opened = openModule(wasm);
  const expected = await answer("wasm3", wasm, opened, encodeReals(smallInput, opened.manifest.inputs[0]!));
  const found = await page.evaluate<number[]>(`predict(${JSON.stringify(smallInput)})`);
  assert.equal(found.map(Math.fround), expected);
});

pageTest("a picked .tflite becomes the command line's file, and runs there", "/build.html", async (page) => {
  const model = inFolder("small.tflite", small);
  const input = inFolder("input.json", JSON.stringify(smallInput));
  const built = await buildInPage(page, { model: [model], input });
  const expected = commandLineBuild(model);
  assertSameFile(built, expected);
  assert.is(built.name, "small.wasm");
  const opened = openModule(expected);
  const bytes = encodeReals(smallInput, opened.manifest.inputs[0]!);
  assert.equal(JSON.parse(built.result), await answer("node", expected, opened, bytes));

  const scripts = [...(server as PageServer).loaded].filter(
    ([path]) => path.endsWith(".js") && path !== "/model.js",
  );
  const loadedBytes = scripts.reduce((sum, [, bytes]) => sum + bytes, 0);
  console.error(`the page loads ${scripts.length} scripts of ${loadedBytes} bytes`);
  assert.ok(loadedBytes <= largestBytes, `${loadedBytes} bytes of scripts`);
});

pageTest("a picked .onnx becomes the command line's file", "/build.html", async (page) => {
  const end = (name: string) => ({ name, dtype: "float32", shape: ["batch", 3] });
  const node = { operator: "Relu", inputs: ["x"], outputs: ["y"] };
  const graph = { nodes: [node], inputs: [end("x")], outputs: [end("y")] };
  const model = inFolder("relu.onnx", writeOnnx({ graph }));
  const built = await buildInPage(page, { model: [model], input: inFolder("three.json", "[-1, 0, 2]") });
  assertSameFile(built, commandLineBuild(model));
  assert.equal(JSON.parse(built.result), [0, 0, 2]);
});

const folderOfModels = sharedModels();
if (folderOfModels !== undefined) {
  pageTest("a picked .h5 becomes the command line's file", "/build.html", async (page) => {
    const name = "keras-tinymaix-mnist_valid";
    const file = readdirSync(join(folderOfModels, name)).find((other) => other.endsWith(".h5")) as string;
    const model = join(folderOfModels, name, file);
    const built = await buildInPage(page, { model: [model] });
    assertSameFile(built, commandLineBuild(model));
  });
}

pageTest("what is refused is told as in the command line", "/build.html", async (page) => {
  const torn = inFolder("torn.tflite", small.slice(0, small.length / 2));
  const { result, name } = await buildInPage(page, { model: [torn] });
  assert.match(result, /^the model file is damaged: .*torn\.tflite\)\nExport the model again/);
  assert.is(name, undefined);

  const json = join(digits, "float", "model.json");
  const { result: lacking } = await buildInPage(page, { model: [json] });
  assert.match(
    lacking,
    /^a weights file of the model is missing or cannot be read: it was not picked \(group1-shard1of1\.bin\)/,
  );
});

pageTest("a float TF.js model with samples becomes the command line's file", "/build.html", async (page) => {
  const model = ["model.json", "group1-shard1of1.bin"].map((name) => join(digits, "float", name));
  const samples = join(digits, "samples", "calibration.npy");
  const image = Float32Array.from({ length: 784 }, (_, i) => (i % 29) / 28);
  const array = { dtype: "float32", shape: [28, 28, 1], bytes: new Uint8Array(image.buffer) } as const;
  const input = inFolder("image.npy", writeNpy(array));
  const built = await buildInPage(page, { model, samples, input });
  const expected = commandLineBuild(model[0]!, "--calibrate", samples);
  assertSameFile(built, expected);
  const opened = openModule(expected);
  const bytes = encodeReals(image, opened.manifest.inputs[0]!);
  assert.equal(JSON.parse(built.result), await answer("node", expected, opened, bytes));
});

const [keywords] = chromium === undefined ? [] : goldenModels(["mlperf-tiny-kws_ref_model"]);
if (keywords !== undefined) {
  pageTest("keyword spotting: the command line's file, TFLite's outputs", "/build.html", async (page) => {
    const [golden] = keywords.cases;
    const input = inFolder("input.bin", golden!.inputs[0]!);
    const built = await buildInPage(page, { model: [keywords.path], input });
    assertSameFile(built, commandLineBuild(keywords.path));
    assert.is(built.name, `${basename(keywords.path, ".tflite")}.wasm`);
    const [output] = openModule(built.wasm).manifest.outputs;
    assert.equal(JSON.parse(built.result), decodeReals(golden!.outputs[0]!, output!));
  });
}

test.run();
