import { test } from "uvu";
import * as assert from "uvu/assert";
import { c } from "../../host/export/ecosystems/c.js";
import { exportModels, hostCore, type ModelStorage } from "../../host/export/index.js";
import { symbolOf } from "../../host/export/model-files.js";
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
  for (const name of ["model", "tensor", "String", "stdio", "printf", "EOF", "int"])
    assert.is(symbolOf(name), `${name}_model`);
  assert.is(symbolOf("kws_ref_model"), "kws_ref_model");
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

test.run();
