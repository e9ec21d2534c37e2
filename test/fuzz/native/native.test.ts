import { test } from "uvu";
import * as assert from "uvu/assert";
import { nativeCompilerIsThere } from "../../boards/native/compile.js";
import { accelerators } from "./accelerators.js";
import { runAddonCases } from "./addon.js";
import { runtime } from "./runtime.js";
import { withSanitizedAddon } from "./sanitized-addon.js";
import { trust } from "./trust.js";

/** A short run of each; `npm run fuzz` makes long ones. */
const log = (): void => {};

if (!nativeCompilerIsThere()) {
  console.error(
    "SKIPPED: the accelerators, the addon, the runtime and trust under sanitizers, for want of a C compiler on Linux",
  );
} else {
  test("accelerators: 5000 cases", () => accelerators.run({ cases: 5000, seed: 1, log }));

  test("the runtime: 4000 cases of damaged models and packets", async () => {
    const said: string[] = [];
    await runtime.run({ cases: 4000, seed: 1, log: (line) => said.push(line) });
    const numbers = said.map((line) => (/: ok (.*)/.exec(line)?.[1] ?? "").split(" ").map(Number));
    assert.equal(
      numbers.map(({ length }) => length),
      [4, 2],
    );
    for (const each of numbers.flat()) assert.ok(each > 50, `the cases are one-sided: ${said}`);
  });

  test("firmware with trusted keys: 3000 cases of changed signed files, updates, packets and messages", async () => {
    const said: string[] = [];
    await trust.run({ cases: 3000, seed: 1, log: (line) => said.push(line) });
    if (said.length === 0) return;
    const numbers = said.map((line) => (/: ok (.*)/.exec(line)?.[1] ?? "").split(" ").map(Number));
    const [[same, resigned, refused], [completed], [answered, dropped, opened, kept]] =
      numbers as number[][] as [number[], number[], number[]];
    assert.ok(same! > 10 && resigned! > 0 && refused! > 800, `the files are one-sided: ${said}`);
    assert.ok(completed! > 50 && completed! < 500, `the updates are one-sided: ${said}`);
    for (const each of [answered, dropped, opened, kept])
      assert.ok(each! > 100, `the packets are one-sided: ${said}`);
  });

  test("the addon under sanitizers: its superinstructions' own tests, and 100 cases", () =>
    withSanitizedAddon((run) => {
      const tests = ["node_modules/uvu/bin.js", "host/wasm3-bindings/test", "superinstructions.test.ts"];
      const { status, output } = run(tests);
      assert.is(status, 0, output);
      runAddonCases(run, { cases: 100, seed: 1, log });
    }));
}

test.run();
