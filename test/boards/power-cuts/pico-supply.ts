import { startRp2040 } from "../../../host/device/emulators/rp2040.js";
import type { ChangeFlash } from "../../../host/device/emulators/rp2040-boot-rom.js";
import { type Failure, LineOfStarts, type Supply } from "./supply.js";

const rowBytes = 256;

/** The part of a moment behind its point, below which nothing of the change is done. */
const nothingDone = 0.2;

/**
 * A Pico in rp2040js. Moments are changes of its flash, which are torn: a page has some of its bits programmed, and each row that
 * is erased is as before, erased, or anything.
 */
export async function startPicoSupply(uf2: string, random: () => number): Promise<Supply> {
  let changes = 0;
  let failing: { moment: number; fail(): void } | undefined;
  const changeFlash: ChangeFlash = (flash, offset, bytes) => {
    const change = changes++;
    if (failing === undefined || change < Math.floor(failing.moment)) {
      flash.set(bytes, offset);
      return;
    }
    if (failing.moment % 1 >= nothingDone) tear(flash, offset, bytes, random);
    failing.fail();
  };
  const transport = await startRp2040("the emulator of pico", uf2, [], "usb", { changeFlash });
  const starts = new LineOfStarts(transport);
  return {
    open: () => starts.open(),
    now: () => changes,
    failAt: (moment): Failure => {
      let failed = false;
      const fail = (): void => {
        if (failed) return;
        failed = true;
        failing = undefined;
        transport.restart();
        starts.end();
      };
      failing = { moment, fail };
      return { happen: async () => fail() };
    },
    close: () => transport.close(),
  };
}

/** Does a part of a change: of a page byte by byte, of what is erased row by row. */
function tear(flash: Uint8Array, offset: number, bytes: Uint8Array, random: () => number): void {
  const unit = bytes.length > rowBytes ? rowBytes : 1;
  const inOrder = random() < 0.5;
  const reached = Math.floor(random() * bytes.length);
  for (let from = 0; from < bytes.length; from += unit) {
    const isPast = inOrder ? from + unit <= reached : random() < 1 / 3;
    const isAhead = inOrder ? from > reached : random() < 1 / 2;
    for (let i = from; i < Math.min(from + unit, bytes.length); i++) {
      const changed = isPast ? 0xff : isAhead ? 0 : Math.floor(random() * 256);
      flash[offset + i] = (flash[offset + i]! & ~changed) | (bytes[i]! & changed);
    }
  }
}
