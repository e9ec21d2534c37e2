import { encode } from "cborg";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type AppSection,
  appOf,
  decodeApp,
  encodeApp,
  recordingOf,
  withApp,
  withRecording,
} from "../../host/package/app.js";
import { weightsSection } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { signModule } from "../../host/trust/sign.js";
import { verifyModule } from "../../host/trust/verify.js";
import { listSections } from "../../host/wasm/sections.js";
import { smallGraph } from "../cli/command.js";
import { refusalOf, testKey } from "../trust/keys.js";

const { wasm } = await buildModel(smallGraph());
const app: AppSection = {
  version: 1,
  source: { driver: "adc", rate: 16_000.5, channels: 1, pin: 26 },
  hop: 320,
  events: ["yes", "nein"],
  actions: [
    { event: 0, kind: "gpio", pin: 15, high: true, milliseconds: 500 },
    { event: 1, kind: "line" },
  ],
  log: true,
  share: { events: true, counters: false, capture: false },
};
const namesOf = (file: Uint8Array) => listSections(file).map(({ name }) => name);
const weightsOf = (file: Uint8Array) => listSections(file).find(({ name }) => name === weightsSection);

/** The section with one thing changed in what it stores. */
function changed(change: (stored: Stored) => void): Uint8Array {
  const { rate, ...source } = app.source;
  const stored = structuredClone({ ...app, source: { ...source, millihertz: rate * 1000 } });
  change(stored);
  return encode(stored);
}
type Stored = Omit<AppSection, "source"> & { source: object };

test("what an application says is read again, and is always the same bytes", () => {
  assert.equal(decodeApp(encodeApp(app)), app);
  const reversed = Object.fromEntries(Object.entries(app).reverse()) as unknown as AppSection;
  assert.equal(encodeApp(reversed), encodeApp(app));
  assert.equal(
    changed(() => {}),
    encodeApp(app),
  );
});

test("the section comes before the weights, which stay at a multiple of 16; the model stays as it is", () => {
  for (let length = 1; length <= 32; length++) {
    const file = withApp(wasm, { ...app, events: ["x".repeat(length), "y"] });
    assert.ok(WebAssembly.validate(file as BufferSource));
    assert.equal(appOf(file)?.events[0]?.length, length);
    assert.is((weightsOf(file)?.offset as number) % 16, 0, `a name of ${length}`);
    assert.equal(weightsOf(file)?.bytes, weightsOf(wasm)?.bytes);
    assert.equal(openModule(file), openModule(wasm));
  }
  assert.is(appOf(wasm), undefined);
});

test("one that is there is replaced, and a recording has a section of its own", () => {
  const samples = Uint8Array.of(1, 2, 3, 4);
  const file = withApp(withRecording(withApp(wasm, { ...app, hop: 1 }), samples), app);
  assert.equal(file, withApp(withRecording(wasm, samples), app));
  const own = namesOf(wasm);
  assert.equal(namesOf(file), [...own.slice(0, -2), "wasmote.recording", "wasmote.app", ...own.slice(-2)]);
  assert.equal(recordingOf(file), samples);
  assert.is(recordingOf(wasm), undefined);
});

test("an application is signed as any model is, and one that is changed does not verify", () => {
  const key = testKey(1);
  const file = signModule(withApp(wasm, app), key).wasm;
  assert.equal(appOf(file), app);
  assert.is((weightsOf(file)?.offset as number) % 16, 0);
  verifyModule(file, [key.public]);
  const other = withApp(file, { ...app, hop: 321 });
  assert.match(refusalOf(() => verifyModule(other, [key.public])).code, /^signature-/);
});

test("what is wrong is refused by the name of its field", () => {
  const wrong: [string, (stored: Stored) => void][] = [
    ["source.millihertz", (stored) => Object.assign(stored.source, { millihertz: 0.5 })],
    ["source.channels", (stored) => Object.assign(stored.source, { channels: 17 })],
    ["source.driver", (stored) => Object.assign(stored.source, { driver: "" })],
    ["source.pin", (stored) => Object.assign(stored.source, { pin: 256 })],
    ["source.sync", (stored) => Object.assign(stored.source, { sync: [1, 2, 3, 4, 5] })],
    ["source.power.0", (stored) => Object.assign(stored.source, { power: [256] })],
    ["actions.1.value", (stored) => Object.assign(stored.actions[1] as object, { value: 65_536 })],
    ["hop", (stored) => Object.assign(stored, { hop: 0 })],
    ["events", (stored) => Object.assign(stored, { events: [] })],
    ["events.1", (stored) => Object.assign(stored, { events: ["a", "ä".repeat(33)] })],
    ["actions.0.event", (stored) => Object.assign(stored.actions[0] as object, { event: 2 })],
    ["actions.1.kind", (stored) => Object.assign(stored.actions[1] as object, { kind: "" })],
    ["actions.1.pin", (stored) => Object.assign(stored.actions[1] as object, { kind: "gpio" })],
    ["log", (stored) => Object.assign(stored, { log: 1 })],
    [
      "data.0.names",
      (stored) =>
        Object.assign(stored, {
          data: [{ name: "a", kind: "levels", rows: 1, columns: 1, names: ["a", "b"], at: [[0]] }],
        }),
    ],
    ["share.events", (stored) => Object.assign(stored.share, { events: undefined })],
  ];
  for (const [field, change] of wrong) {
    const { code, detail } = refusalOf(() => decodeApp(changed(change)));
    assert.is(code, "module-invalid", field);
    assert.match(detail, `its section wasmote.app has no valid ${field}: `);
  }
  assert.is(refusalOf(() => encodeApp({ ...app, hop: 0 })).code, "module-invalid");
  assert.is(refusalOf(() => decodeApp(Uint8Array.of(0xff))).code, "module-invalid");
  assert.is(refusalOf(() => decodeApp(encode(7))).code, "module-invalid");
  assert.is(
    refusalOf(() => decodeApp(changed((stored) => Object.assign(stored, { version: 2 })))).code,
    "module-newer",
  );
  assert.is(
    refusalOf(() => withApp(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), app)).code,
    "module-invalid",
  );
});

test("fields that later versions may add are left out", () => {
  const later = changed((stored) => Object.assign(stored, { colour: "blue" }));
  assert.equal(decodeApp(later), app);
});

test.run();
