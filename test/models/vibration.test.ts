import { test } from "uvu";
import * as assert from "uvu/assert";
import { machine } from "../../models/vibration/training/machine.js";
import { exampleApplication } from "./example-application.js";

const vibration = await exampleApplication("vibration");
/** When the faults begin in the recordings, in seconds. */
const fault = 8;

test("a healthy machine gives no event, and stays far from the threshold", async () => {
  for (const { on, events, results } of await vibration.simulated("recordings/healthy.npy")) {
    assert.equal(events, [], on);
    const levels = results.map(({ levels }) => levels[0] as number);
    assert.ok(Math.max(...levels) < 1.5, `${on}: ${Math.max(...levels)}`);
    assert.ok(levels.slice(2).every((level) => level > 0.5));
  }
});

for (const name of ["bearing", "imbalance"]) {
  test(`${name}: one event, within two seconds after the fault begins, that lasts`, async () => {
    for (const { on, events, results } of await vibration.simulated(`recordings/${name}.npy`)) {
      assert.equal(
        events.map(({ event }) => event),
        ["anomaly"],
        on,
      );
      const time = events[0]?.time as number;
      assert.ok(time > fault && time <= fault + 2, `${on}: ${time} s`);
      assert.is(results.at(-1)?.active[0], 1);
    }
  });
}

test("the recordings are those that the script makes", () => {
  const made = [
    ["healthy", machine(16, 2)],
    ["bearing", machine(16, 3, { kind: "bearing", from: fault })],
    ["imbalance", machine(16, 4, { kind: "imbalance", from: fault })],
  ] as const;
  for (const [name, samples] of made) {
    const found = vibration.samplesOf(`recordings/${name}.npy`);
    assert.is(found.length, samples.length);
    // Sines differ in their last bit from one engine to another.
    assert.ok(
      found.every((value, i) => Math.abs(value - (samples[i] as number)) <= 1),
      name,
    );
  }
});

test.run();
