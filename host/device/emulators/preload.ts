import type { Board } from "../../boards/index.js";
import { slotRecords } from "./slot-records.js";

/** Bytes that lie in flash when an emulator starts. */
export interface FlashContents {
  address: number;
  bytes: Uint8Array;
}

/** What the flash of this board's emulator holds when the model is active from the start: slot 0, and the log. */
export function preloadedFlash(board: Board, model: Uint8Array): FlashContents[] {
  const preload = board.emulator?.preload;
  if (preload === undefined) return [];
  return [
    { address: board.slots.address, bytes: model },
    { address: preload.records, bytes: slotRecords(model) },
  ];
}
