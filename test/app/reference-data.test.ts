import { test } from "uvu";
import * as assert from "uvu/assert";
import { type BuiltApplication, buildApplication } from "../../host/app/build-application.js";
import { replaceData } from "../../host/app/reference-data.js";
import type { ApplicationInput } from "../../host/app/schema.js";
import { type RunResult, simulate } from "../../host/app/simulate.js";
import { WasmoteError } from "../../host/errors.js";
import { withApp } from "../../host/package/app.js";
import { openModule } from "../../host/package/open.js";
import { openRunner } from "../../host/run/index.js";
import { writeNpy } from "../../host/run/tensor-files/npy.js";
import { generateKey } from "../../host/trust/keys.js";
import { signModule } from "../../host/trust/sign.js";
import { verifyModule } from "../../host/trust/verify.js";
import { random } from "../ops/harness.js";

const npy = (rows: readonly (readonly number[])[]): Uint8Array =>
  writeNpy({
    dtype: "float32",
    shape: [rows.length, rows[0]?.length ?? 0],
    bytes: new Uint8Array(Float32Array.from(rows.flat()).buffer),
  });

const still = npy([
  [0, 1],
  [2, 5],
]);
const moved = npy([
  [10, -4],
  [14, 8],
  [3, 3],
]);
const rows = npy([
  [0, 0],
  [9, 9],
  [4, 1],
]);
const otherRows = npy([
  [7, 7],
  [7, 7],
  [1, 2],
]);
const examples = [
  [0, 0, 0],
  [1, 1, 0],
  [9, 9, 1],
  [8, 9, 1],
  [20, 0, 2],
];
const otherExamples = examples.map(([a, b, label]) => [b as number, a as number, (label as number) % 2]);

/** Pairs of samples, a run each, by all that refers to data; two stages have the same data, which is not the same thing. */
function application(over = 3): ApplicationInput {
  return {
    name: "pairs",
    source: { type: "link", rate: 1000 },
    stages: {
      pairs: { type: "window", from: "source", length: "2 ms", stride: "2 ms" },
      apart: { type: "distance", from: "pairs", baseline: "still.npy" },
      near: { type: "distance", from: "pairs", baseline: "rows.npy", measure: "nearest" },
      twin: { type: "distance", from: "pairs", baseline: "rows.npy", measure: "nearest" },
      kind: {
        type: "nearest",
        from: "pairs",
        examples: "examples.npy",
        classes: ["low", "high", "off"],
        k: 3,
      },
      still: { type: "decision", from: "apart", events: { moved: { over, under: 1 } } },
      strange: { type: "decision", from: "near", events: { strange: { over: 3 } } },
      stranger: { type: "decision", from: "twin", events: { stranger: { over: 3 } } },
      heard: {
        type: "decision",
        from: "kind",
        events: { low: { over: 0.5 }, high: { over: 0.5 }, off: { over: 0.3 } },
      },
    },
  };
}

type Files = Readonly<Record<string, Uint8Array>>;
const files: Files = { "still.npy": still, "rows.npy": rows, "examples.npy": npy(examples) };

const build = (own: Files = files, over?: number): Promise<BuiltApplication> =>
  buildApplication(application(over), {
    read: (path: string) => own[path] as Uint8Array,
    beside: () => () => assert.unreachable(),
  } as never);

async function resultsOf(wasm: Uint8Array, samples: Int16Array): Promise<RunResult[]> {
  const runner = await openRunner("wasm3", wasm, openModule(wasm), {});
  const results: RunResult[] = [];
  await simulate(runner, (await build()).section, samples, (result) => void results.push(result));
  runner.close();
  return results;
}

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

test("a file with other data is the one that is built with it, to the byte", async () => {
  const { wasm, section } = await build();
  assert.equal(
    section.data?.map(({ name, kind }) => [name, kind]),
    [
      ["apart", "moments"],
      ["near", "rows"],
      ["twin", "rows"],
      ["kind", "neighbours"],
      ["still", "levels"],
      ["strange", "levels"],
      ["stranger", "levels"],
      ["heard", "levels"],
    ],
  );
  const baseline = replaceData(wasm, "apart", moved);
  assert.equal(baseline, (await build({ ...files, "still.npy": moved })).wasm);
  const neighbours = replaceData(wasm, "kind", npy(otherExamples));
  assert.equal(neighbours, (await build({ ...files, "examples.npy": npy(otherExamples) })).wasm);
  const both = replaceData(replaceData(wasm, "near", otherRows), "twin", otherRows);
  assert.equal(both, (await build({ ...files, "rows.npy": otherRows })).wasm);
  assert.equal(replaceData(both, "twin", rows), replaceData(wasm, "near", otherRows));
  assert.equal(
    replaceData(wasm, "still", text({ moved: { over: 4.5, under: 1 } })),
    (await build(files, 4.5)).wasm,
  );
});

test("classes are shares of the nearest examples, as counted plainly", async () => {
  const next = random(5);
  const samples = Int16Array.from({ length: 80 }, () => next.integer(0, 24));
  const { wasm, section } = await build();
  const runs = await resultsOf(wasm, samples);
  for (const [run, { levels }] of runs.entries()) {
    const point = samples.subarray(2 * run, 2 * run + 2);
    const order = examples
      .map(([a, b, label], i) => [
        ((a as number) - point[0]!) ** 2 + ((b as number) - point[1]!) ** 2,
        i,
        label,
      ])
      .sort(([a, i], [b, j]) => a! - b! || i! - j!);
    const shares = [0, 1, 2].map((label) =>
      Math.fround(order.slice(0, 3).filter(([, , found]) => found === label).length / 3),
    );
    assert.equal([...levels.slice(section.events.indexOf("low"))], shares, `run ${run}`);
  }
});

test("fewer rows than there is place for are taken, the last one again", async () => {
  const { wasm } = await build();
  const changed = replaceData(wasm, "near", npy([[100, 100]]));
  const results = await resultsOf(changed, Int16Array.of(97, 96, 100, 100));
  const levels = results.map((result) => result.levels[1]);
  assert.equal(levels, [5, 0]);
});

test("a level that is not named stays", async () => {
  const { wasm } = await build();
  const changed = replaceData(wasm, "heard", text({ off: { over: 0.9, under: 0.2 }, low: 0.25 }));
  const results = await resultsOf(changed, Int16Array.of(5, 5, 1, 1));
  assert.ok(results.some(({ begins }) => begins.length > 0));
  const back = replaceData(changed, "heard", text({ off: 0.3, low: 0.5 }));
  assert.equal(back, wasm);
});

test("a signed file with other data is no longer the one that was signed, until it is signed anew", async () => {
  const { wasm } = await build();
  const [key, other] = [generateKey(), generateKey()];
  const signed = signModule(signModule(wasm, key, { version: 3, selfTest: null }).wasm, other).wasm;
  const changed = replaceData(signed, "near", otherRows);
  assert.throws(() => verifyModule(changed, [key.public]));
  const again = signModule(changed, key, { selfTest: null });
  assert.is(again.trust.version, 3);
  assert.not.throws(() => verifyModule(again.wasm, [key.public]));
  assert.throws(() => verifyModule(again.wasm, [other.public]));
});

test("what does not fit is refused with what is expected", async () => {
  const { wasm } = await build();
  const refusal = (name: string, bytes: Uint8Array): string => {
    try {
      replaceData(wasm, name, bytes);
    } catch (error) {
      if (error instanceof WasmoteError && error.code === "data-invalid") return error.detail;
      throw error;
    }
    throw new Error("it was not refused");
  };
  assert.match(refusal("pairs", rows), /^"pairs"; there are apart, near, twin/);
  assert.match(refusal("near", npy([[1, 2, 3]])), /array of 1x3; rows of 2 are expected/);
  assert.match(refusal("near", npy([...Array(4)].map(() => [1, 2]))), /4 rows; at most 3 are expected/);
  assert.match(refusal("near", npy([[1, Number.NaN]])), /no finite number/);
  assert.match(refusal("kind", npy([[1, 2, 3]])), /class 3 in row 0; 0 to 2 are expected in the last column/);
  assert.match(refusal("kind", npy([[1, 2, 0.5]])), /class 0.5/);
  assert.match(refusal("heard", rows), /it is no JSON; \{"low": \{"over"/);
  assert.match(refusal("heard", text({ lower: 1 })), /"lower"; there are low, high, off/);
  assert.match(refusal("heard", text({ low: { over: 1, under: 2 } })), /"low": /);
  for (const wrong of [{ low: "1" }, { low: null }, { low: {} }, [], null])
    assert.match(refusal("heard", text(wrong)), /is expected/);
  const { wasm: without } = await buildApplication(
    { name: "sound", source: { type: "microphone" }, share: { capture: true } },
    {} as never,
  );
  assert.throws(() => replaceData(without, "x", rows), /has no reference data/);
});

test("data that would have no place in the weights are refused before they are made", async () => {
  const { wasm, section } = await build();
  for (const wrong of [{ rows: 0xffff_ffff }, { at: [[0xffff_ffff]] }]) {
    const data = section.data?.map((each) => (each.name === "near" ? { ...each, ...wrong } : each)) ?? [];
    assert.throws(
      () => replaceData(withApp(wasm, { ...section, data }), "near", rows),
      /data of "near" lies outside of its weights/,
    );
  }
});

test("examples that do not fit the features are refused", async () => {
  const refused = async (table: Uint8Array, expected: RegExp) => {
    try {
      await build({ ...files, "examples.npy": table });
    } catch (error) {
      assert.match((error as WasmoteError).detail, expected);
      return;
    }
    assert.unreachable();
  };
  await refused(npy([[1, 2]]), /stages.kind.examples: rows of 2 numbers; 3 are expected/);
  await refused(npy([[1, 2, 0]]), /stages.kind.k: 3; there are 1 examples/);
  await refused(npy([...examples, [1, 1, 7]]), /stages.kind.examples: class 7 in row 5; 0 to 2/);
});

test.run();
