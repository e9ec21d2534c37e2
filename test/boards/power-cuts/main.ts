import { availableBoards } from "../emulators.js";
import { monocypherSources } from "../native/monocypher.js";
import { beginLife, deeds } from "./lives.js";

/**
 * Power cuts on emulated boards: `npm run power-cuts:boards [BOARD [STATES OF EACH KIND [SEED]]]`. Firmware of QEMU's boards runs
 * signed models only; that of the Pico, which takes seconds for a signature in rp2040js, any.
 */
const [chosen = "", states = "45", seed = "1"] = process.argv.slice(2);
let all = 0;
for (const board of availableBoards(["mps2-an386", "qemu-rv32", "pico"])) {
  if (!board.id.includes(chosen)) continue;
  const isTrusted = board.emulator?.kind === "qemu" && monocypherSources() !== undefined;
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
