import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "../../boards/index.js";
import { temporaryFolder } from "../../tools/ending.js";
import { requireProgram } from "../../tools/find.js";
import { processTransport } from "../process-transport.js";
import type { Transport } from "../transport.js";
import type { FlashContents } from "./preload.js";

/** How a board runs in QEMU. */
export type QemuEmulator = Extract<Emulator, { kind: "qemu" }>;

/**
 * Starts QEMU with its first UART on stdin and stdout.
 *
 * @param firmware path of the firmware's ELF file
 * @param contents what is in flash besides, put there by QEMU's generic loader
 * @param more arguments besides, such as a monitor's
 * @throws `tool-missing`
 */
export function startQemu(
  name: string,
  emulator: QemuEmulator,
  firmware: string,
  contents: readonly FlashContents[],
  more: readonly string[] = [],
): Transport {
  const program = requireProgram(emulator.program);
  const folder = contents.length === 0 ? undefined : temporaryFolder("flash");
  const loaders = contents.flatMap(({ address, bytes }, i) => {
    const file = join(folder!.path, `${i}.bin`);
    writeFileSync(file, bytes);
    return ["-device", `loader,file=${file},addr=0x${address.toString(16)},force-raw=on`];
  });
  return processTransport(name, program, qemuArguments(emulator, firmware, [...loaders, ...more]), () =>
    folder?.remove(),
  );
}

function qemuArguments(emulator: QemuEmulator, firmware: string, more: readonly string[]): string[] {
  return [
    "-machine",
    emulator.machine,
    ...emulator.arguments,
    ...["-display", "none", "-monitor", "none", "-serial", "stdio"],
    ...more,
    "-kernel",
    firmware,
  ];
}
