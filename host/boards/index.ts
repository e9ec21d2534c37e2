export { type FirmwareSizes, firmwareSizes } from "./firmware-sizes.js";
export {
  type BoardOffer,
  type Bound,
  boardOffer,
  type Fit,
  type FitFigure,
  figureText,
  fit,
  type ModelNeeds,
  modelRamBytes,
  partsText,
  type RamNeeds,
  type RamParts,
  requireFit,
} from "./fit.js";
export { boardNames, boardsFolder, loadBoard, loadBoards } from "./load.js";
export { type Asked, requirePeripherals } from "./peripherals.js";
export { coreNames, flashMethodNames } from "./schema.js";
export type { Board, Emulator, FlashMethod, Link } from "./types.js";
