import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { processOutput } from "../../host/cli/output.js";
import { runOnBoards } from "../../host/cli/simulate-boards.js";
import { type AppSection, appOf } from "../../host/package/app.js";
import { openModule } from "../../host/package/open.js";
import { temporaryFolder, wasmote } from "../cli/command.js";
import { codeOf } from "../error-of.js";
import { loudnessApplication, quietly } from "./applications.js";
import { availableBoards } from "./emulators.js";

const { folder, remove } = temporaryFolder();
test.after(remove);

if (availableBoards(["mps2-an385", "mps2-an386"]).length === 2) {
  test("simulate compares boards, and estimates those that no emulator is there for", async () => {
    writeFileSync(join(folder, "loud.wasm"), await loudnessApplication());
    const lines = Array.from({ length: 4 * quietly.hop }, (_, i) =>
      Math.floor(i / quietly.hop) === 2 ? 2000 : 0,
    );
    writeFileSync(join(folder, "in.csv"), lines.join("\n"));
    const simulated = ["simulate", "loud.wasm", "--input", "in.csv", "--on"];
    const text = wasmote(folder, [...simulated, "mps2-an385,mps2-an386,nucleo-f446re"]);
    assert.is(text.code, 0, text.stderr);
    assert.match(text.stdout, /^0\.150 s {2}loud {2}2000\.000$/m);
    assert.match(text.stdout, /^real +4 of 4 /m);
    assert.match(
      text.stdout,
      /^mps2-an385 +[\d,]+ +[\d,]+ +instructions +[\d.]+ % +[\d.]+ x +[\d,]+ +4,194,304$/m,
    );
    assert.match(text.stdout, /^nucleo-f446re +~[\d,]+ .* by mps2-an386$/m);

    const { stdout } = wasmote(folder, [...simulated, "mps2-an386,mps2-an385", "--json"]);
    const [event, costs, { boards }] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(event, { time: 0.15, event: "loud", level: 2000, run: 2, file: "in.csv" });
    assert.is(costs.runs, 4);
    assert.equal(
      boards.map((each: { board: string }) => each.board),
      ["mps2-an386", "mps2-an385"],
    );
    const alone = wasmote(folder, [...simulated, "mps2-an386", "--json"]);
    const { sameEvents: _, ...own } = boards[0];
    assert.equal(JSON.parse(alone.stdout.trim().split("\n").at(-1) as string), { boards: [own] });
    for (const { sameEvents, share, mean, most } of boards) {
      assert.ok(sameEvents);
      assert.ok(share > 0 && share < 1 && mean <= most, `${share}, ${mean}, ${most}`);
    }
  });
}

for (const { id } of availableBoards(["mps2-an386"])) {
  test("where every board refuses it, that is an error, and no recording without events", async () => {
    const wasm = await loudnessApplication();
    const quiet = processOutput({ write: () => true }, { write: () => true });
    const short = [{ path: "short.csv", samples: new Int16Array(1) }];
    const file = { wasm, ...openModule(wasm) };
    const run = runOnBoards([id], file, appOf(wasm) as AppSection, short, { on: "all" }, quiet);
    assert.is(await codeOf(run), "input-size");
  });
}

test.run();
