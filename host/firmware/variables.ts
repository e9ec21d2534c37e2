import { resolve } from "node:path";
import type { Board, Link } from "../boards/index.js";

/**
 * What CMake is told of a board, as `-DNAME=VALUE`: the contract with boards/CMakeLists.txt. Addresses are hexadecimal,
 * sizes decimal, lists joined by `;`. The firmware has the flash from WASMOTE_FLASH_ORIGIN, WASMOTE_FIRMWARE_BYTES
 * long; the model slots follow one another from WASMOTE_SLOT_ADDRESS.
 *
 * @param wasm3 folder of wasm3's C sources
 */
export function cmakeVariables(board: Board, wasm3: string): Record<string, string> {
  const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;
  return {
    WASMOTE_BOARD: board.id,
    WASMOTE_MCU: board.mcu,
    WASMOTE_PORT: board.port,
    WASMOTE_CORE: board.core,
    WASMOTE_FLAGS: board.isa.flags.join(";"),
    WASMOTE_FLOATS: board.floats ? "ON" : "OFF",
    WASMOTE_FPU: board.fpu ?? "",
    WASMOTE_CLOCK_HZ: String(board.clockHz),
    WASMOTE_RAM_ORIGIN: hex(board.ramOrigin),
    WASMOTE_RAM_BYTES: String(board.ramBytes),
    WASMOTE_FLASH_ORIGIN: hex(board.flashOrigin),
    WASMOTE_FIRMWARE_BYTES: String(firmwareBytes(board)),
    WASMOTE_SLOT_COUNT: String(board.slots.count),
    WASMOTE_SLOT_BYTES: String(board.slots.bytes),
    WASMOTE_SLOT_ADDRESS: hex(board.slots.address),
    WASMOTE_FLASH_READS: board.flashReads ?? "",
    WASMOTE_OSCILLATOR_HZ: String(board.oscillator?.hz ?? ""),
    WASMOTE_OSCILLATOR_BYPASS: board.oscillator?.bypass === true ? "1" : "0",
    WASMOTE_OSCILLATOR_STARTUP_MULTIPLIER: String(board.oscillator?.startupMultiplier ?? 1),
    WASMOTE_BOOT_LOADER: board.bootLoader ?? "",
    ...linkVariables(board.link),
    WASMOTE_WASM3_STACK_BYTES: String(board.wasm3.stackBytes),
    WASMOTE_WASM3_CODE_PAGE_BYTES: String(board.wasm3.codePageBytes),
    WASMOTE_WASM3_ENGINE_BYTES: String(board.wasm3.engineBytes),
    WASMOTE_WASM3_SOURCE: wasm3,
  };
}

/** Drivers in C that firmware is built with besides its own: files NAME.c, each of which has NAME_source or NAME_action. */
export interface OwnDrivers {
  sources: readonly string[];
  actions: readonly string[];
}

/** What CMake is told of drivers, and their files. */
export function driverVariables({ sources, actions }: OwnDrivers = { sources: [], actions: [] }): {
  variables: Record<string, string>;
  files: readonly string[];
} {
  const list = (files: readonly string[]): string => files.map((file) => resolve(file)).join(";");
  const files = [...sources, ...actions];
  if (files.length === 0) return { variables: {}, files };
  return { variables: { WASMOTE_OWN_SOURCES: list(sources), WASMOTE_OWN_ACTIONS: list(actions) }, files };
}

/** Whose signatures firmware trusts. */
export interface FirmwareTrust {
  /** Public keys, Ed25519, of 32 bytes each; at least one. */
  keys: readonly Uint8Array[];
  /** Whether outputs are read in sessions only; false by default. */
  private?: boolean;
  /**
   * Takes models that are encrypted to this device: to the secret X25519 key of 32 bytes, which the firmware then holds, or to one
   * that the board makes for itself when it is first asked for it. Without it, none.
   */
  deviceKey?: Uint8Array | "made-by-board";
}

/** Bytes as the initializers of an array of C. */
export function cBytes(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(",");
}

/**
 * What CMake is told of trusted keys. A secret key is in none of it: `WASMOTE_DEVICE_KEY_FILE` names the file that has it.
 *
 * @param cryptography folder of the sources of signatures
 */
export function trustVariables(trust: FirmwareTrust, cryptography: string): Record<string, string> {
  return {
    WASMOTE_TRUST: trust.keys.map((key) => `{${cBytes(key)}}`).join(","),
    WASMOTE_SEALED: trust.deviceKey === undefined ? "OFF" : "ON",
    WASMOTE_PRIVATE: trust.private === true ? "ON" : "OFF",
    WASMOTE_CRYPTOGRAPHY_SOURCE: cryptography,
  };
}

/** All of them are given for each kind of link; what a kind does not have is 0 or empty. */
function linkVariables(link: Link): Record<string, string> {
  const uart = link.kind === "uart" ? link : undefined;
  const [vendor, product] = link.kind === "usb" ? link.id.split(":").map((half) => `0x${half}`) : [];
  return {
    WASMOTE_LINK_KIND: link.kind,
    WASMOTE_LINK_BAUD: String(uart?.baud ?? 0),
    WASMOTE_LINK_USART: String(uart?.usart ?? ""),
    WASMOTE_LINK_TRANSMIT_PIN: String(uart?.transmitPin ?? ""),
    WASMOTE_LINK_RECEIVE_PIN: String(uart?.receivePin ?? ""),
    WASMOTE_LINK_USB_VENDOR: vendor ?? "",
    WASMOTE_LINK_USB_PRODUCT: product ?? "",
  };
}

/** Flash in bytes that the firmware may take: what lies before the first slot. */
export function firmwareBytes(board: Board): number {
  return board.slots.address - board.flashOrigin;
}
