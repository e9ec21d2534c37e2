import { test } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../../host/tools/ending.js";
import { nativeCompilerIsThere, runNative } from "./native/compile.js";
import { compilePowerCuts, geometries, type PowerCutsPrograms, tornKinds } from "./native/power-cuts.js";

/** A sample of the moments; `npm run power-cuts` tries many more (docs/security.md, "Power cuts"). */
if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: power cuts of all kinds of flash, for want of a C compiler on Linux");
} else {
  const folder = temporaryFolder("power-cuts");
  let compiled: PowerCutsPrograms;
  test.before(() => {
    compiled = compilePowerCuts(geometries, folder.path);
  });
  test.after(() => folder.remove());

  for (const { name, short } of geometries) {
    test(`${name}: whenever power fails, a trusted model stays, and nothing that was answered is forgotten`, () => {
      const { programs, updates } = compiled;
      const said = runNative(programs.get(name)!, [updates, ...[short, tornKinds, 1].map(String)]);
      const [states, second] = (/^(\d+) states, (\d+) of them after a second cut\n$/m.exec(said) ?? [])
        .slice(1)
        .map(Number);
      assert.ok(states! >= 100 && second! > 0, said);
    });
  }
}

test.run();
