import { test } from "uvu";
import { nativeCompilerIsThere } from "../../boards/native/compile.js";
import { accelerators } from "./accelerators.js";

/** A short run of each; `npm run fuzz` makes long ones. */
const targets = [{ target: accelerators, cases: 5000 }];

for (const { target, cases } of targets) {
  if (!nativeCompilerIsThere()) {
    console.error(`SKIPPED: fuzzing ${target.name}, for want of a C compiler on Linux`);
    continue;
  }
  test(`${target.name}: ${cases} cases`, async () => target.run({ cases, seed: 1, log: () => {} }));
}

test.run();
