import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoards } from "../../host/boards/index.js";
import { renderHandling } from "../bench/board-pages.js";

test("docs/boards.md says what the boards' files say (npm run bench:boards -- --render writes it anew)", () => {
  const page = readFileSync(new URL("../../docs/boards.md", import.meta.url), "utf8");
  assert.ok(page.includes(renderHandling(loadBoards())));
});

test("docs/boards.md says what the emulated Pico does not count", () => {
  const page = readFileSync(new URL("../../docs/boards.md", import.meta.url), "utf8");
  assert.match(page, /## pico\n\nrp2040js counts .* charges nothing for reads of flash/);
});

test.run();
