/**
 * USB ids of debug probes by the name of OpenOCD's interface script; `*` stands for any product of a vendor.
 * Sources: stlink-tools' udev rules; Raspberry Pi Debug Probe and Arm DAPLink documentation; SEGGER's udev rules.
 */
export const debugProbes = {
  stlink: ["0483:3748", "0483:374b", "0483:374e", "0483:374f", "0483:3752", "0483:3753", "0483:3754"],
  "cmsis-dap": ["0d28:0204", "2e8a:000c"],
  jlink: ["1366:*"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Those of the probes that the board itself has, or all where it has none of them. */
export function probesFor(probes: readonly string[], own: readonly string[]): readonly string[] {
  const there = own.filter((id) => matchesUsbId(probes, id));
  return there.length > 0 ? there : probes;
}

/** Whether a USB id is one of those; `*` stands for any product of a vendor. */
export function matchesUsbId(ids: readonly string[], id: string): boolean {
  return ids.includes(id) || ids.includes(`${id.slice(0, 4)}:*`);
}
