import { test } from "uvu";
import * as assert from "uvu/assert";
import { nativeCompilerIsThere, runNative, withNativeProgram } from "./native/compile.js";
import { geometries, powerCutsProgram, tornKinds } from "./native/power-cuts.js";

/** A sample of the moments; `npm run power-cuts` tries them all, or nearly. */
if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: power cuts of all kinds of flash, for want of a C compiler on Linux");
} else {
  for (const of of geometries) {
    test(`${of.name}: whenever power fails, a trusted model stays, and nothing that was answered is forgotten`, () => {
      const said = withNativeProgram(powerCutsProgram(of), (file) =>
        runNative(file, [String(of.short), String(tornKinds), "2"]),
      );
      const [states, second] = (/^(\d+) states, (\d+) of them after a second cut\n$/m.exec(said) ?? [])
        .slice(1)
        .map(Number);
      assert.ok(states! >= 100 && second! >= 10, said);
    });
  }
}

test.run();
