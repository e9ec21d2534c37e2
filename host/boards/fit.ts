import { type ErrorCode, WasmoteError } from "../errors.js";
import { loadBoards } from "./load.js";
import type { Board } from "./types.js";

/** What a model needs of a board. */
export interface ModelNeeds {
  name: string;
  /** The whole file, as it lies in a slot. */
  fileBytes: number;
  /** Linear memory. */
  memoryBytes: number;
  /** The module without its custom sections; the engine's compiled form of it lies in RAM. */
  codeBytes: number;
  /** Required imports, as "module.name". */
  imports: readonly string[];
  /** Whether its code has floats. */
  floats: boolean;
}

/** What a board offers to a model. */
export interface BoardOffer {
  name: string;
  /** RAM in bytes for linear memory and engine. */
  ramBytes: number;
  /** Size of a slot in bytes. */
  slotBytes: number;
  /** Imports that the firmware offers; undefined where that is not known yet. */
  imports?: readonly string[];
  /** Whether the firmware has WebAssembly's floating-point operations. */
  floats: boolean;
}

/** One figure of a verdict. */
export interface FitFigure {
  what: "RAM" | "flash";
  neededBytes: number;
  availableBytes: number;
}

/** Whether a model fits a board, and every figure, those that fit included. */
export interface Fit {
  board: string;
  model: string;
  fits: boolean;
  figures: FitFigure[];
  missingImports: string[];
  /** Whether the model has floats and the firmware has not. */
  lacksFloats: boolean;
}

/** RAM that the firmware takes without a model: its variables, packet buffer and stacks, rounded up. */
const firmwareRamBytes = 6656;

/**
 * The least that wasm3 was seen to take: for itself, and for each byte of code. Kernels that accelerators stand in for
 * are not compiled, and what does not fit at once is compiled anew (docs/decisions/0007-ram-on-the-board.md).
 */
const engineBytes = { base: 4096, perCodeByte: 0.5 };

/** What a board offers by its description. */
export function boardOffer(board: Board): BoardOffer {
  const { id, ramBytes, slots, floats } = board;
  return { name: id, ramBytes: ramBytes - firmwareRamBytes, slotBytes: slots.bytes, floats };
}

/**
 * Compares what a model needs with what a board offers. RAM is the linear memory and a lower bound of what the engine
 * takes besides: a model that is refused does not fit; one that is not may still be refused by the board itself.
 */
export function fit(model: ModelNeeds, offer: BoardOffer): Fit {
  const engine = engineBytes.base + Math.ceil(engineBytes.perCodeByte * model.codeBytes);
  const figures: FitFigure[] = [
    { what: "RAM", neededBytes: model.memoryBytes + engine, availableBytes: offer.ramBytes },
    { what: "flash", neededBytes: model.fileBytes, availableBytes: offer.slotBytes },
  ];
  const missingImports = offer.imports ? model.imports.filter((name) => !offer.imports!.includes(name)) : [];
  const lacksFloats = model.floats && !offer.floats;
  const enough = figures.every((f) => f.neededBytes <= f.availableBytes);
  const fits = enough && missingImports.length === 0 && !lacksFloats;
  return { board: offer.name, model: model.name, fits, figures, missingImports, lacksFloats };
}

/**
 * Throws `board-floats`, `board-too-small` or `board-abi` where the model does not fit: the latter two with each figure,
 * needed and available, the first with the boards that have floats.
 */
export function requireFit(verdict: Fit): void {
  if (verdict.fits) return;
  const text = verdict.figures.map(figureText).join("; ");
  const { model, board, missingImports } = verdict;
  if (verdict.lacksFloats) {
    const able = loadBoards().filter(({ floats }) => floats);
    throw new WasmoteError(
      "board-floats",
      `${model} on ${board}; firmware of this version has them on ${able.map(({ id }) => id).join(", ")}`,
    );
  }
  const tooSmall = verdict.figures.some((f) => f.neededBytes > f.availableBytes);
  const code: ErrorCode = tooSmall ? "board-too-small" : "board-abi";
  const imports = missingImports.length === 0 ? "" : `; imports that it lacks: ${missingImports.join(", ")}`;
  throw new WasmoteError(code, `${model} on ${board}: ${text}${imports}`);
}

/** "RAM: 22,736 bytes needed, 124,928 available". */
export function figureText({ what, neededBytes, availableBytes }: FitFigure): string {
  const bytes = (count: number): string => count.toLocaleString("en-US");
  const short = neededBytes > availableBytes ? `, ${bytes(neededBytes - availableBytes)} too few` : "";
  return `${what}: ${bytes(neededBytes)} bytes needed, ${bytes(availableBytes)} available${short}`;
}
