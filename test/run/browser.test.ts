import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const browsers = ["chromium", "chromium-browser", "google-chrome"];
const browser = browsers.find((name) => spawnSync(name, ["--version"]).status === 0);

const snippet = (): string => {
  const [, code] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, "docs", "browser.md"), "utf8")) ?? [];
  return code as string;
};

const page = `<!doctype html><title>wasmote</title><pre id="result"></pre>
<script type="importmap">{ "imports": { "cborg": "/cborg/cborg.js" } }</script>
<script type="module">
import { loadModel } from "/model.js";
const show = (text) => { document.getElementById("result").textContent = text; };
try {
  const model = await loadModel("/model.wasm");
  const values = Array.from({ length: 72 }, (_, i) => Math.sin(i));
  show(JSON.stringify(model.predict(values)));
} catch (error) { show("error: " + error.message); }
</script>`;

/** What the page shows after it has loaded the model and run it. */
async function openPage(wasm: Uint8Array): Promise<string> {
  const files: Record<string, [string, string | Uint8Array]> = {
    "/": ["text/html", page],
    "/model.js": ["text/javascript", snippet()],
    "/model.wasm": ["application/wasm", wasm],
  };
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const library = /^\/cborg\/[\w/.-]+\.js$/.test(path) && !path.includes("..");
    const [type, body] = library
      ? ["text/javascript", readFileSync(join(root, "node_modules", path))]
      : (files[path] ?? ["", ""]);
    response.writeHead(type === "" ? 404 : 200, { "content-type": type || "text/plain" }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const profile = mkdtempSync(join(tmpdir(), "wasmote-browser-"));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync";
    const quiet = "--disable-background-networking --disable-component-update --virtual-time-budget=20000";
    const child = spawn(
      browser as string,
      [...flags.split(" "), ...quiet.split(" "), `--user-data-dir=${profile}`, "--dump-dom", url],
      { stdio: ["ignore", "pipe", "ignore"], timeout: 60_000 },
    );
    let dom = "";
    child.stdout.on("data", (chunk) => {
      dom += chunk;
    });
    await new Promise((done) => child.on("close", done));
    return /<pre id="result">([^<]*)<\/pre>/.exec(dom)?.[1] ?? dom;
  } finally {
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

test("the documented twenty lines are at most twenty", () => {
  const lines = snippet()
    .split("\n")
    .filter((line) => line.trim() !== "");
  assert.ok(lines.length <= 21, `${lines.length} lines, the import among them`);
});

if (browser === undefined) console.error(`SKIPPED: the browser test, for want of ${browsers.join(", ")}`);
else
  test("the documented code gives wasm3's answer in a browser", async () => {
    const graph = importModel("small.tflite", writeTflite(smallModel()), () => new Uint8Array(0));
    const { wasm, manifest } = await buildModel(graph);
    const runner = await openRunner("wasm3", wasm, openModule(wasm));
    const [input, output] = [manifest.inputs[0], manifest.outputs[0]];
    const codes = Int8Array.from({ length: 72 }, (_, i) => {
      const code = Math.round(Math.sin(i) / (input?.scale as number)) + (input?.zeroPoint as number);
      return Math.max(-128, Math.min(127, code));
    });
    await runner.writeInput(0, new Uint8Array(codes.buffer));
    await runner.run();
    const bytes = await runner.readOutput(0);
    const expected = [...new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)].map(
      (code) => (output?.scale as number) * (code - (output?.zeroPoint as number)),
    );
    await runner.close();
    assert.equal(JSON.parse(await openPage(wasm)), expected);
  });

test.run();
