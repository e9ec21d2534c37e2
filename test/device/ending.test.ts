import { test } from "uvu";
import * as assert from "uvu/assert";
import { Ending } from "../../host/device/ending.js";

function listened(ending: Ending): string[] {
  const told: string[] = [];
  ending.tell((reason) => told.push(reason));
  return told;
}

test("an end is told once, by its first reason", () => {
  const ending = new Ending();
  const told = listened(ending);
  assert.not(ending.reached);
  ending.reach("first");
  ending.reach("second");
  assert.ok(ending.reached);
  assert.equal(told, ["first"]);
});

test("whoever asks after the end is told at once", () => {
  const ending = new Ending();
  ending.reach("gone");
  assert.equal(listened(ending), ["gone"]);
});

test("an end that was wanted is reached and told to nobody, before or after", () => {
  const ending = new Ending();
  const told = listened(ending);
  ending.close();
  assert.not(ending.reached);
  ending.reach("closed");
  assert.ok(ending.reached);
  assert.equal(told, []);
  assert.equal(listened(ending), []);
});

test.run();
