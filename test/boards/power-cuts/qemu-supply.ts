import type { Board } from "../../../host/boards/index.js";
import { type QemuEmulator, startQemu } from "../../../host/device/emulators/qemu.js";
import { connectMonitor, monitorPlace } from "../qemu-monitor.js";
import { type Failure, LineOfStarts, type Supply } from "./supply.js";

/**
 * A board in QEMU, whose flash is RAM that stays as it is when the machine is reset. Moments are milliseconds of this machine's.
 */
export async function startQemuSupply(board: Board, firmware: string): Promise<Supply> {
  const place = monitorPlace();
  const emulator = board.emulator as QemuEmulator;
  const line = startQemu(`the emulator of ${board.id}`, emulator, firmware, [], place.arguments);
  const starts = new LineOfStarts(line);
  let whenReset: () => void = () => undefined;
  const monitor = await connectMonitor(place, (event, reason) => {
    if (event === "RESET" && reason === "host-qmp-system-reset") whenReset();
  });

  const reset = async (): Promise<void> => {
    const done = new Promise<void>((resolve) => {
      whenReset = resolve;
    });
    await monitor.execute("system_reset");
    await done;
    starts.end();
  };
  return {
    open: () => starts.open(),
    now: () => performance.now(),
    failAt: (moment): Failure => {
      let failed: Promise<void> | undefined;
      const happen = (): Promise<void> => {
        clearTimeout(timer);
        failed ??= reset();
        return failed;
      };
      const timer = setTimeout(happen, moment - performance.now());
      return { happen };
    },
    close: async () => {
      monitor.close();
      await line.close();
      place.remove();
    },
  };
}
