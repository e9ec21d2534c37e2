import { test } from "uvu";
import { availableBoards } from "./emulators.js";
import { monocypherSources } from "./native/monocypher.js";
import { beginLife } from "./power-cuts/lives.js";

/** A few of the states of `npm run power-cuts:boards`. */
const sample = ["patch", "trial at the next start", "confirm"] as const;

for (const board of availableBoards(["mps2-an386", "qemu-rv32", "pico"])) {
  test(`${board.id}: whenever power fails, a model stays that runs, and the new one arrives afterwards`, async () => {
    const isTrusted = board.emulator?.kind === "qemu" && monocypherSources() !== undefined;
    const life = await beginLife(board, 1, isTrusted);
    try {
      for (const name of sample) await life.state(name);
    } finally {
      await life.close();
    }
  });
}

test.run();
