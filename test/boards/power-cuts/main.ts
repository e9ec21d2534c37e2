import { availableBoards } from "../emulators.js";
import { monocypherSources } from "../native/monocypher.js";
import { beginLife, deeds } from "./lives.js";

/**
 * Power cuts on emulated boards: `npm run power-cuts:boards [BOARD [STATES OF EACH KIND [SEED [open]]]]`. The firmware runs signed models
 * only, or any with `open`, which is the faster on the Pico: rp2040js takes about a second for a signature.
 */
const [chosen = "", states = "45", seed = "1", firmware = "signed"] = process.argv.slice(2);
const isTrusted = firmware !== "open";
if (isTrusted && monocypherSources() === undefined)
  throw new Error("the curve is not to be had; give `open`");
let all = 0;
for (const board of availableBoards(["mps2-an386", "qemu-rv32", "pico"])) {
  if (!board.id.includes(chosen)) continue;
  const life = await beginLife(board, Number(seed), isTrusted);
  const before = all;
  try {
    for (const name of Object.keys(deeds)) {
      const began = performance.now();
      for (let i = 0; i < Number(states); i++, all++) {
        try {
          await life.state(name);
        } catch (error) {
          throw new Error(`${board.id}: ${name}, state ${i}`, { cause: error });
        }
      }
      console.log(
        `${board.id}: ${name}: ${states} states, ${((performance.now() - began) / 1000).toFixed(0)} s`,
      );
    }
  } finally {
    await life.close();
  }
  console.log(
    `${board.id}${isTrusted ? ", signed models only" : ""}: ${all - before} states, ${life.interrupted} within what the board did`,
  );
}
console.log(`${all} states`);
