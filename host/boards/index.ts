export { boardNames, boardsFolder, loadBoard, loadBoards } from "./load.js";
export type { Board, Emulator, FlashMethod } from "./types.js";
