export {
  type BoardOffer,
  boardOffer,
  type Fit,
  figureText,
  fit,
  type ModelNeeds,
  requireFit,
} from "./fit.js";
export { boardNames, boardsFolder, loadBoard, loadBoards } from "./load.js";
export { flashMethodNames } from "./schema.js";
export type { Board, Emulator, FlashMethod } from "./types.js";
