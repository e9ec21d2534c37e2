import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  edgeImpulseMelBank,
  librosaMelBank,
  type MelBank,
  melScales,
  tensorflowMelBank,
} from "../../host/numerics/mel.js";
import { assertNear, signalGolden } from "./signal-golden.js";

interface Case {
  tool: "librosa" | "tensorflow" | "edge-impulse";
  bank: MelBank;
  scale?: "htk" | "slaney";
  norm?: "slaney" | "none";
  weights: number[][];
}

test("banks are those of librosa, TensorFlow and Edge Impulse", () => {
  const cases = signalGolden<Case[]>("mel");
  assert.is(cases.length, 12);
  for (const { tool, bank, scale, norm, weights } of cases) {
    const made = {
      librosa: () => librosaMelBank(bank, scale, norm),
      tensorflow: () => tensorflowMelBank(bank),
      "edge-impulse": () => edgeImpulseMelBank(bank),
    }[tool]();
    assert.is(made.length, bank.channels);
    assertNear(made.flat(), weights.flat(), 1e-9, `${tool}, ${scale}, ${norm}, ${bank.bins} bins`);
  }
});

test("scales lead back, and meet where the one of Slaney bends", () => {
  for (const { toMel, toHertz } of Object.values(melScales))
    for (const hertz of [0, 440, 999.999, 1000, 7999])
      assert.ok(Math.abs(toHertz(toMel(hertz)) - hertz) < 1e-8, `${hertz} Hz`);
  assert.ok(Math.abs(melScales.slaney.toMel(1000) - 15) < 1e-12);
  assert.ok(Math.abs(melScales.slaney.toMel(6400) - 42) < 1e-12);
  assert.ok(Math.abs(melScales.htk.toMel(1000) - 1000) < 0.02);
});

test.run();
