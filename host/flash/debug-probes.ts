/**
 * USB ids of debug probes by the name of OpenOCD's interface script.
 * Sources: stlink-tools' udev rules; Raspberry Pi Debug Probe and Arm DAPLink documentation.
 */
export const debugProbes: Readonly<Record<string, readonly string[]>> = {
  stlink: ["0483:3748", "0483:374b", "0483:374e", "0483:374f", "0483:3752", "0483:3753", "0483:3754"],
  "cmsis-dap": ["0d28:0204", "2e8a:000c"],
};
