import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { boardsFolder } from "./native/compile.js";

/** What the files of each room may include besides their own room: rooms, or single files of them. */
const below: Readonly<Record<string, readonly string[]>> = {
  firmware: [
    ...["app", "link", "update", "store", "trust", "drivers", "runtime", "formats", "abi"],
    ...["port", "random", "watchdog", "pins", "sources", "actions", "idle"].map((name) => `ports/${name}.h`),
  ],
  app: ["drivers", "formats"],
  ports: ["drivers", "link/line.h", "store/flash.h", "formats/sha256.h"],
  store: ["formats", "abi"],
  update: ["store", "trust", "formats", "abi"],
  trust: ["store", "formats", "abi"],
  link: ["formats", "abi"],
  runtime: ["wasm3", "accelerators", "formats", "abi"],
  accelerators: ["formats", "abi"],
  wasm3: ["abi"],
  drivers: [],
  formats: [],
  abi: [],
};

/** The probe counts what a board does, with any part of it. */
const seesAll = "probe";

/** The operations alone, compiled with flags of their own: a translation unit, which no file includes. */
const exception = { from: "wasm3/port-armv7m.c", to: "runtime/interpreter.c" };

/** The rooms that see the headers of the package wasm3, which are no files of ours. */
const seeWasm3 = ["runtime", "wasm3", seesAll];
const ofWasm3 = /^(m3_\w+\.[ch]|wasm3\.h)$/;

/** The room that sees the headers of cryptography that is not ours. */
const seesCryptography = { room: "trust", headers: ["monocypher.h", "sha2.h"] };

interface Include {
  from: string;
  /** As it is written. */
  name: string;
  /** The file of ours, relative to the boards' folder; none where it is wasm3's, or is not found. */
  to?: string;
}

const roomOf = (path: string): string => path.split("/")[0] as string;

const files = readdirSync(boardsFolder, { recursive: true, encoding: "utf8" })
  .map((path) => path.split(sep).join("/"))
  .filter((path) => /\.[ch]$/.test(path));

/** Beside the file that includes it; or, in a room, in the folder of the chip that the build chooses. */
function find(from: string, name: string): string | undefined {
  const beside = relative(boardsFolder, resolve(boardsFolder, dirname(from), name))
    .split(sep)
    .join("/");
  if (files.includes(beside)) return beside;
  return name.includes("/")
    ? undefined
    : files.find((file) => file.endsWith(`/${name}`) && file.startsWith(`${dirname(from)}/`));
}

const includes: Include[] = files.flatMap((from) =>
  [...readFileSync(join(boardsFolder, from), "utf8").matchAll(/^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm)].map(
    ([, name = ""]) => {
      const to = find(from, name);
      return to === undefined ? { from, name } : { from, name, to };
    },
  ),
);

const written = ({ from, name }: Include): string => `${from} includes ${name}`;

function isAllowed({ from, to }: { from: string; to: string }): boolean {
  const room = roomOf(from);
  if (room === seesAll || room === roomOf(to) || (from === exception.from && to === exception.to))
    return true;
  return (below[room] ?? []).some((each) => each === to || each === roomOf(to));
}

test("the boards' C files are found, with what they include", () => {
  assert.ok(files.length > 100, `${files.length} files`);
  assert.ok(includes.length > files.length, `${includes.length} includes`);
  const rooms = [...new Set(files.map(roomOf))].sort();
  assert.equal(rooms, [...Object.keys(below), seesAll].sort());
});

const isOfOthers = ({ from, name }: Include): boolean =>
  (ofWasm3.test(name) && seeWasm3.includes(roomOf(from))) ||
  (seesCryptography.headers.includes(name) && roomOf(from) === seesCryptography.room);

test("each include names a file of ours by its folder, or a header of others' where those are seen", () => {
  const lost = includes.filter((include) => include.to === undefined && !isOfOthers(include));
  assert.equal(lost.map(written), []);
});

test("rooms include what is below them only; port.h is for the firmware, the ports and the probe", () => {
  const upwards = includes.filter(({ from, to }) => to !== undefined && !isAllowed({ from, to }));
  assert.equal(upwards.map(written), []);
});

test("no file includes itself by way of others", () => {
  const of = new Map<string, string[]>();
  for (const { from, to } of includes) if (to !== undefined) of.set(from, [...(of.get(from) ?? []), to]);
  const done = new Set<string>();
  const circleFrom = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of of.get(file) ?? []) {
      const circle = circleFrom(next, [...path, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) assert.is(circleFrom(file, [])?.join(" -> "), undefined);
});

test("the rule refuses what goes up", () => {
  for (const [from, to] of [
    ["runtime/loader.c", "firmware/engine.h"],
    ["accelerators/conv.c", "wasm3/operations.h"],
    ["ports/rp2/port.c", "link/frame.h"],
    ["store/slots.c", "ports/port.h"],
    ["wasm3/processor.h", "runtime/interpreter.h"],
  ] as const) {
    assert.not(isAllowed({ from, to }), `${from} includes ${to}`);
  }
});

test.run();
