/** What is wrong in an application's file is told with its place, with what was found and with what is expected, in our own words. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildApplication } from "../../host/app/build-application.js";
import { parseApplication } from "../../host/app/schema.js";
import { WasmoteError } from "../../host/errors.js";
import { writeNpy } from "../../host/run/tensor-files/index.js";
import { errorOf } from "../error-of.js";

const application = () => ({
  name: "a",
  source: { type: "imu", chip: "mpu6050", rate: 250, axes: 3, power: [3] },
  stages: {
    rms: { type: "statistics", from: "source", window: "1 s", stride: "400 ms", of: ["rms"] },
    near: { type: "nearest", from: "rms", examples: "rows.npy", classes: ["a", "b"], k: 1 },
    heard: {
      type: "decision",
      from: "near",
      events: { a: { class: 0, over: 0.5, hold: "1 s" } },
      highest: true,
    },
    stuck: { type: "faults", from: "source", stuck: "500 ms" },
  },
  actions: [{ on: "a", do: "pwm", pin: 3, duty: 0.5, for: "1 s" }],
  share: { snippets: { before: "1 s", perDay: "64 KB" }, histograms: [{ of: "a", bounds: [1, 2] }] },
});
type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;

/** The application with another value in a place, or with none there. */
function changed(path: string, value: unknown): unknown {
  const whole = application();
  const [last = "", ...others] = path.split(".").reverse();
  const holder = others
    .reverse()
    .reduce<Record<string, unknown>>((at, key) => at[key] as never, whole as never);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return whole;
}

/** Why it is refused; undefined where it is not. */
function refusal(found: unknown): string | undefined {
  try {
    parseApplication(found);
    return undefined;
  } catch (error) {
    if (error instanceof WasmoteError && error.code === "application-invalid") return error.detail;
    throw error;
  }
}

test("the application itself is as it must be", () => assert.is(refusal(application()), undefined));

for (const [path, value, expected] of [
  ["name", 5, "name: 5; a text is expected"],
  ["name", "a/b", 'name: "a/b"; a name of letters, digits, and -_. inside is expected'],
  ["hop", 20, 'hop: 20; a time as "20 ms" is expected'],
  ["hop", "20 parsecs", 'hop: "20 parsecs"; a time as "20 ms" or "1 s" is expected'],
  [
    "hopp",
    "20 ms",
    /^there is no field "hopp" \(did you mean hop\?\); there are \$schema, name, source, hop, /,
  ],
  ["log", "yes", 'log: "yes"; true or false is expected'],
  [
    "source",
    [],
    'source: a list; a source whose "type" is microphone, adc, imu, uart, spi, driver or link is expected',
  ],
  ["source.type", "camera", /^source.type: "camera"; a source whose "type" is microphone, /],
  ["source.rate", undefined, "source.rate: it is missing; a number is expected"],
  ["source.rate", 0, "source.rate: 0; a number above 0 is expected"],
  ["source.rate", 1e300, "source.rate: 1e+300; a number up to 4000000 is expected"],
  ["source.rate", Number.POSITIVE_INFINITY, "source.rate: Infinity; a number is expected"],
  ["source.axes", 4, "source.axes: 4; one of 3, 6 is expected"],
  ["source.chip", "adxl345", 'source.chip: "adxl345"; "mpu6050", "lsm6ds3" or "lsm9ds1" is expected'],
  ["source.address", 0.5, "source.address: 0.5; a whole number is expected"],
  ["source.power", [1, 2, 3, 4, 5], "source.power: a list; a list of at most 4 is expected"],
  [
    "source.power.0",
    "G3",
    'source.power.0: "G3"; a pin as 25, "GPIO25", "PA5", "P0.13" or "LED0" is expected',
  ],
  ["stages", 5, "stages: 5; an object is expected"],
  ["stages.a/b", {}, 'stages: "a/b"; a name of letters, digits, and -_. inside is expected'],
  ["stages.rms.type", undefined, /^stages.rms.type: it is missing; a stage whose "type" is one of repair, /],
  ["stages.rms.from", undefined, "stages.rms.from: it is missing; a text is expected"],
  ["stages.rms.of.0", "mode", /^stages.rms.of.0: "mode"; "mean", "rms", .* or "crestFactor" is expected$/],
  ["stages.near.examples", "", 'stages.near.examples: ""; a text that is not empty is expected'],
  ["stages.near.classes", [], "stages.near.classes: a list; a list of at least 1 is expected"],
  ["stages.near.k", 0, "stages.near.k: 0; a number from 1 on is expected"],
  ["stages.near.kk", 1, /^stages.near: there is no field "kk" \(did you mean k\?\); there are type, from, /],
  ["stages.heard.highest", "two", /"two"; true, false or a whole number from 1 on is expected$/],
  ["stages.heard.events.a.class", {}, /an object; the name of a class, or its number from 0 on is expected$/],
  ["actions", {}, "actions: an object; a list is expected"],
  ["actions.0.do", "ring", /^actions.0.do: "ring"; an action whose "do" is gpio, pwm, /],
  ["actions.0.duty", 2, "actions.0.duty: 2; a number up to 1 is expected"],
  [
    "share.snippets.perDay",
    "64",
    'share.snippets.perDay: "64"; a size as "64 KB", in B, KB or MB is expected',
  ],
  ["share.histograms.0.bounds", ["x"], /"log2", or a list of at most 31 ascending numbers is expected$/],
] as const)
  test(`${path} of ${JSON.stringify(value)}`, () => {
    const found = refusal(changed(path, value));
    if (typeof expected === "string") assert.is(found, expected);
    else assert.match(String(found), expected);
  });

test("a field that is misspelt is told, and not that it is missing", () => {
  const { source, ...others } = application();
  assert.match(String(refusal({ ...others, sourcee: source })), /^there is no field "sourcee"/);
});

test("whatever is in whatever place, it is refused in our words, or taken", () => {
  const places = (value: Json, path: readonly string[] = []): string[][] =>
    typeof value === "object" && value !== null
      ? [[...path], ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))]
      : [[...path]];
  const values = [null, -1, 0.5, 1e300, "", "nothing", true, [], [[]], {}, { x: 1 }, "9".repeat(400)];
  let refused = 0;
  for (const path of places(application() as never))
    for (const value of [undefined, ...values]) {
      const told = path.length === 0 ? refusal(value) : refusal(changed(path.join("."), value));
      if (told === undefined) continue;
      refused++;
      assert.match(told, /is expected$|^(.*: )?there is no field "/, `${path.join(".")}: ${String(value)}`);
      assert.not.match(told, /Invalid|received|another value|of type/, `${path.join(".")}: ${String(value)}`);
    }
  assert.ok(refused > 400, `${refused}`);
});

test("names that JavaScript loses are refused, of stages, of events and elsewhere", () => {
  const lost = (path: string): string | undefined => {
    const text = JSON.stringify(changed(path, 0)).replace(/"@lost"/, '"__proto__"');
    return refusal(JSON.parse(text));
  };
  assert.is(lost("stages.@lost"), 'stages: "__proto__"; another name is expected');
  assert.is(lost("stages.heard.events.@lost"), 'stages.heard.events: "__proto__"; another name is expected');
  assert.is(lost("actions.0.@lost"), 'actions.0: "__proto__"; another name is expected');
});

test("times that nothing can count are refused where they are", async () => {
  const rows = writeNpy({ dtype: "float32", shape: [1, 4], bytes: new Uint8Array(16) });
  const reader = { read: () => rows, beside: () => () => assert.unreachable() } as never;
  await buildApplication(application() as never, reader);
  const detail = async (path: string, time: string) =>
    (await errorOf(buildApplication(changed(path, time) as never, reader))).detail;
  const endless = `${"9".repeat(400)} s`;
  for (const path of ["hop", "stages.rms.window", "stages.rms.stride", "stages.stuck.stuck", "actions.0.for"])
    assert.match(await detail(path, endless), new RegExp(`^${path}: .*of at most 1000 h is expected$`));
  assert.match(await detail("stages.rms.window", "999 h"), /^stages: tensor "rms window" has \d+ elements/);
  assert.match(await detail("stages.rms.stride", "300 h"), /^share.snippets.perDay: |^stages/);
});

test.run();
