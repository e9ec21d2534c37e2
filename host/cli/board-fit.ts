import {
  boardOffer,
  type Fit,
  figureText,
  fit,
  loadBoard,
  loadBoards,
  type ModelNeeds,
  requireFit,
} from "../boards/index.js";
import type { BuiltModel } from "../pipeline.js";
import { usesFloats } from "../wasm/floats.js";

/**
 * Whether a built model fits a board, for `build --board`. Throws `board-unknown`, and `board-floats` or
 * `board-too-small` where it does not fit.
 */
export function builtFit(boardName: string, built: BuiltModel): Fit {
  const verdict = fit(needsOf(built), boardOffer(loadBoard(boardName)));
  requireFit(verdict);
  return verdict;
}

/** How a built model fits each board that there is. */
export function boardFits(built: BuiltModel): Fit[] {
  return loadBoards().map((board) => fit(needsOf(built), boardOffer(board)));
}

function needsOf({ wasm, manifest, codeBytes }: BuiltModel): ModelNeeds {
  return {
    name: manifest.name,
    fileBytes: wasm.length,
    memoryBytes: manifest.memoryBytes,
    codeBytes,
    imports: manifest.imports.required,
    floats: usesFloats(wasm),
  };
}

/** The lines that `build` adds to its report for a board. */
export function fitLines({ board, figures }: Fit): string[] {
  return ["", `fits ${board}`, ...figures.map((figure) => `  ${figureText(figure)}`)];
}
