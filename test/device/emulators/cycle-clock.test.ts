import { test } from "uvu";
import * as assert from "uvu/assert";
import { CycleClock } from "../../../host/device/emulators/cycle-clock.js";

/** A clock of 1 MHz, a microsecond a cycle, and what rang on it. */
function clockAt(start = 0) {
  const at = { cycle: start };
  const rung: string[] = [];
  const clock = new CycleClock(1e6, () => at.cycle);
  const alarm = (name: string) => clock.createAlarm(() => rung.push(`${name} at ${clock.nanos}`));
  return { at, rung, clock, alarm };
}

test("time is that of the processor's cycles", () => {
  const { at, clock } = clockAt(3);
  assert.is(clock.nanos, 3000);
  at.cycle = 10;
  assert.is(clock.nanos, 10_000);
  assert.is(clock.nextCycle, Number.POSITIVE_INFINITY);
});

test("alarms ring once, in the order of their times, each at its own time", () => {
  const { at, rung, clock, alarm } = clockAt();
  alarm("late").schedule(9000);
  alarm("first").schedule(2000);
  alarm("second").schedule(5000);
  assert.is(clock.nextCycle, 2);
  at.cycle = 1;
  clock.ring();
  assert.equal(rung, []);
  at.cycle = 5;
  clock.ring();
  assert.equal(rung, ["first at 2000", "second at 5000"]);
  assert.is(clock.nextCycle, 9);
  assert.is(clock.nanos, 5000);
  clock.ring();
  assert.is(rung.length, 2);
  at.cycle = 20;
  clock.ring();
  assert.equal(rung.slice(2), ["late at 9000"]);
  assert.is(clock.nextCycle, Number.POSITIVE_INFINITY);
  assert.is(clock.nanos, 20_000);
});

test("alarms of one time ring in the order in which they were set", () => {
  const { at, rung, clock, alarm } = clockAt();
  for (const name of ["a", "b", "c"]) alarm(name).schedule(1000);
  at.cycle = 1;
  clock.ring();
  assert.equal(rung, ["a at 1000", "b at 1000", "c at 1000"]);
});

test("an alarm that is set again rings at its new time alone; a cancelled one does not", () => {
  const { at, rung, clock, alarm } = clockAt();
  const [moved, cancelled, kept] = [alarm("moved"), alarm("cancelled"), alarm("kept")];
  moved.schedule(1000);
  cancelled.schedule(1000);
  kept.schedule(3000);
  at.cycle = 1;
  moved.schedule(1000);
  assert.is(clock.nextCycle, 1);
  cancelled.cancel();
  assert.is(clock.nextCycle, 2);
  cancelled.cancel();
  at.cycle = 3;
  clock.ring();
  assert.equal(rung, ["moved at 2000", "kept at 3000"]);
});

test("an alarm that sets itself while it rings counts from its own time, and rings again if that has come", () => {
  const at = { cycle: 0 };
  const clock = new CycleClock(1e6, () => at.cycle);
  const times: number[] = [];
  const alarm = clock.createAlarm(() => {
    times.push(clock.nanos);
    alarm.schedule(2000);
  });
  alarm.schedule(1000);
  at.cycle = 6;
  clock.ring();
  assert.equal(times, [1000, 3000, 5000]);
  assert.is(clock.nextCycle, 7);
});

test.run();
