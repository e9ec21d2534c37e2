import { runCases } from "../cases.js";
import type { FuzzTarget } from "../target.js";

let next = 0;

/** A target whose cases end in every way that the driver has to notice. */
export const target: FuzzTarget = {
  name: "faulty",
  run(options) {
    next = options.first ?? 0;
    return runCases(options, {
      make: () => ({ "case.bin": Uint8Array.of(next++) }),
      attempt(input) {
        const index = input["case.bin"]![0];
        if (index === 1) throw new Error("an error of no table");
        if (index === 2) for (;;);
        if (index === 3) process.kill(process.pid, "SIGKILL");
        if (index === 4) {
          const kept = Array.from({ length: 400 }, () => new Uint8Array(2 ** 20).fill(1));
          while (kept.length > 0);
        }
      },
    });
  },
};
