import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { applyPatch, makePatch } from "../../host/delta/index.js";
import { sha256Of } from "../../host/files/sha256.js";
import { damagedPatches, pairs } from "../delta/pairs.js";
import {
  boardsFolder,
  compileNative,
  nativeCompilerIsThere,
  nativeFolder,
  runNative,
} from "./native/compile.js";

/** An old and a new file, and a patch. */
type Case = readonly [Uint8Array, Uint8Array, Uint8Array];

/** How the decoder ends, by number. */
const complete = 3;

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: the boards' decoder of patches, for want of a C compiler on Linux");
} else {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-patches-"));
  test.after(() => rmSync(folder, { recursive: true }));
  const cases: Case[] = [];
  let program: string;

  const run = (given: readonly Case[], ...args: string[]): string => {
    const parts = given.flat().flatMap((bytes) => [Buffer.from(Uint32Array.of(bytes.length).buffer), bytes]);
    writeFileSync(join(folder, "cases"), Buffer.concat(parts));
    return runNative(program, [join(folder, "cases"), ...args]);
  };

  test.before(async () => {
    const sources = [
      join(nativeFolder, "patches.c"),
      ...["update/patch.c", "formats/sha256.c"].map((name) => join(boardsFolder, name)),
    ];
    program = compileNative({ sources, folders: [boardsFolder], flags: ["-O2"] }, folder);
    for (const { old, next } of await pairs())
      for (const blockBytes of [256, 2048]) cases.push([old, next, makePatch(old, next, { blockBytes })]);
  });

  test("the board's decoder gives the new file, in pieces of any size, and goes on wherever it was", () => {
    assert.is(run(cases, "apply"), `${cases.length} cases\n`);
  });

  test("damaged patches do no harm", () => {
    const told = run(cases, "mutate", `${Math.ceil(100_000 / cases.length)}`);
    const [ended = 0, refused = 0] = [/(\d+) complete/, /(\d+) refused/].map((each) =>
      Number(each.exec(told)?.[1]),
    );
    assert.ok(ended > 1000 && refused > 1000, told);
  });

  test("host and board take the same patches", () => {
    const tried = cases.flatMap(([old, next, patch]) =>
      damagedPatches(patch, 40).map((damaged): Case => [old, next, damaged]),
    );
    const ends = run(tried, "try").trimEnd().split("\n");
    assert.is(ends.length, tried.length);
    let taken = 0;
    for (const [i, [old, next, patch]] of tried.entries()) {
      const [state, hash] = (ends[i] as string).split(" ");
      const given = accepted(old, patch);
      if (given !== undefined) {
        taken++;
        assert.equal([Number(state), hash], [complete, sha256Of(given)]);
      } else if (Number(state) === complete && hash === sha256Of(next))
        // What a board has no need of: bytes of the index and the hashes, which it compares elsewhere.
        assert.not.equal(patch, cases.find((each) => each[0] === old && each[1] === next)?.[2]);
    }
    assert.ok(taken >= cases.length, `${taken} were taken`);
  });

  function accepted(old: Uint8Array, patch: Uint8Array): Uint8Array | undefined {
    try {
      return applyPatch(old, patch);
    } catch {
      return undefined;
    }
  }

  test("numbers that the decoder and the host both have are the same", () => {
    const source = readFileSync(join(boardsFolder, "update/patch.h"), "utf8");
    assert.match(source, `patchHeadBytes = ${80},`);
  });
}

test.run();
