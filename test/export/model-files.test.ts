import { test } from "uvu";
import * as assert from "uvu/assert";
import { c } from "../../host/export/ecosystems/c.js";
import { exportModels, hostCore, type ModelStorage } from "../../host/export/index.js";
import { checkNames, symbolOf } from "../../host/export/names.js";
import { errorOf } from "../error-of.js";
import { smallModel } from "./models.js";

/** Names in C code: no members, nor what stands in comments, texts, directives and attributes. */
function wordsOf(code: string): string[] {
  const bare = code
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/^[ \t]*#[^\n]*/gm, "")
    .replace(/"(\\.|[^"\\\n])*"|'(\\.|[^'\\])'/g, " ")
    .replace(/__attribute__\(\(.*?\)\)|(\.|->)\s*\w+/g, " ");
  return [...new Set(bare.match(/\b[A-Za-z_]\w*/g) ?? [])];
}

test("a model's name in C is none of C's, of its headers, or of the example", async () => {
  const taken =
    "linux tensor String stdio printf EOF int nullptr sprintf task printk xTaskCreate app_main setup loop A0";
  for (const name of taken.split(" ")) assert.is(symbolOf(name), `${name}_model`);
  for (const name of ["kws_ref_model", "model", "digits"]) assert.is(symbolOf(name), name);
  const { model } = await smallModel("keywords", 1, 1);
  for (const storage of ["array", "file"] satisfies ModelStorage[]) {
    const files = c.files(
      await exportModels([model], { core: hostCore, tier: "accelerated", model: storage }),
    );
    const shown = [...`${files["README.md"]}`.matchAll(/```c\n([\s\S]*?)```/g)].map(([, code]) => `${code}`);
    const words = [`${files["example.c"]}`, ...shown].flatMap(wordsOf);
    assert.ok(words.includes("wasmote_open") && words.includes("status"));
    const free = words.filter((word) => symbolOf(word) === word && !/keywords|^WASMOTE_/i.test(word));
    assert.equal(free, [], storage);
  }
});

test("models are refused of which something named after one has the name of something of the other", async () => {
  const named = (...names: string[]) => names.map((name) => ({ symbol: symbolOf(name), name, inputs: 1 }));
  checkNames(named("x", "y", "x_y", "memory", "run"));
  for (const [a, b, twice] of [
    ["x", "X", "x"],
    ["x", "x_memory", "x_memory"],
    ["x_stack", "x", "x_stack_bytes"],
    ["x", "run_x", "run_x"],
    ["x", "x_input", "x_input_bytes"],
    ["x", "x_sample", "x_sample"],
  ] as const) {
    const { code, message } = await errorOf(() => checkNames(named(a, b)));
    assert.is(code, "export-name");
    assert.match(message, `${twice}, of "${a}" and of "${b}"`);
  }
});

test("an export's README.md names what there is: the file that is to be read, the processor's compiler", async () => {
  const { model } = await smallModel("keywords", 1, 1);
  const readmeOf = async (core: string, storage: ModelStorage): Promise<string> =>
    `${c.files(await exportModels([model], { core, tier: "accelerated", model: storage }))["README.md"]}`;
  const [array, file] = [await readmeOf(hostCore, "array"), await readmeOf("cortex-m4", "file")];
  assert.match(array, "sizeof memory, keywords, KEYWORDS_BYTES");
  assert.match(array, "build/example");
  assert.match(file, "static uint8_t file[KEYWORDS_BYTES]");
  assert.match(file, "sizeof memory, file, KEYWORDS_BYTES");
  assert.match(file, "-DCMAKE_C_COMPILER=arm-none-eabi-gcc");
  assert.not.match(file, "build/example");
});

test.run();
