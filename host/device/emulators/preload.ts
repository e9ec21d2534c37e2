import type { Board } from "../../boards/index.js";

/** Bytes that lie in flash when an emulator starts. */
export interface FlashContents {
  address: number;
  bytes: Uint8Array;
}

/**
 * What the flash of this board's emulator holds from its start on: the model in slot 0, which makes it the active one
 * (docs/link.md, "Group 1"). Nothing where the board's file does not say `preload`.
 */
export function preloadedFlash(board: Board, model: Uint8Array): FlashContents[] {
  return board.emulator?.preload ? [{ address: board.slots.address, bytes: model }] : [];
}
