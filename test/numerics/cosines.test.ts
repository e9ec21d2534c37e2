import { test } from "uvu";
import * as assert from "uvu/assert";
import { type DctScaling, dctMatrix, type SignalWindow, signalWindow } from "../../host/numerics/cosines.js";
import { assertNear, signalGolden } from "./signal-golden.js";

interface Cosines {
  windows: { name: SignalWindow; form: "periodic" | "symmetric"; values: number[] }[];
  transforms: { scaling: DctScaling; rows: number[][] }[];
}

const golden = signalGolden<Cosines>("cosines");

test("windows are those of scipy", () => {
  assert.is(golden.windows.length, 12);
  for (const { name, form, values } of golden.windows)
    assertNear(signalWindow(name, values.length, form), values, 1e-11, `${name}, ${form}, ${values.length}`);
  assert.equal(signalWindow("hann", 1, "symmetric"), [1]);
  assert.equal(signalWindow("rectangular", 3, "periodic"), [1, 1, 1]);
});

test("cosine transforms are those of scipy, and HTK's differ in the first row alone", () => {
  for (const { scaling, rows } of golden.transforms)
    assertNear(dctMatrix(5, 9, scaling).flat(), rows.flat(), 1e-11, scaling);
  const [first, ...rest] = dctMatrix(5, 9, "htk");
  const [ortho, ...others] = dctMatrix(5, 9, "ortho");
  assert.equal(rest, others);
  assertNear(
    first as number[],
    (ortho as number[]).map((value) => value * Math.SQRT2),
    1e-12,
    "first row",
  );
});

test.run();
