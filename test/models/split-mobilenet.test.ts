import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openModule } from "../../host/package/open.js";
import type { BuiltModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { engines } from "../engines.js";
import { arenaBytes, mobileNets } from "./mobilenet.js";

const test = suite("a MobileNet in less memory");

const macsOf = ({ manifest }: BuiltModel): number => manifest.steps.reduce((sum, { macs }) => sum + macs, 0);

const models = await mobileNets();
if (models !== undefined) {
  const { plain, split, picture } = models;

  test("the arena is a third of what it was, for a tenth more work and file", () => {
    assert.ok(split.plan.arenaBytes <= arenaBytes, `${split.plan.arenaBytes} bytes`);
    assert.ok(
      plain.plan.arenaBytes >= 3.5 * split.plan.arenaBytes,
      `${plain.plan.arenaBytes} bytes without splits`,
    );
    assert.ok(macsOf(split) <= 1.1 * macsOf(plain), `${macsOf(split)} MACs of ${macsOf(plain)}`);
    assert.ok(
      split.wasm.length <= 1.1 * plain.wasm.length,
      `${split.wasm.length} bytes of ${plain.wasm.length}`,
    );
    const names = split.manifest.steps.map(({ name }) => name);
    assert.ok(
      names.some((name) => / rows 0-\d+$/.test(name)),
      names.slice(0, 5).join("; "),
    );
    assert.is(new Set(names).size, names.length, "steps have names of their own");
  });

  test("every engine gives the bytes that the model gives without splits", async () => {
    let expected: Uint8Array | undefined;
    for (const { wasm } of [plain, split]) {
      for (const [on, tier] of engines) {
        const runner = await openRunner(on, wasm, openModule(wasm), { tier });
        runner.writeInput(0, picture);
        runner.run();
        expected ??= runner.readOutput(0);
        assert.equal(runner.readOutput(0), expected, `${on}, ${tier}`);
        runner.close();
      }
    }
    assert.ok(new Set(expected).size > 1);
  });
}

test.run();
