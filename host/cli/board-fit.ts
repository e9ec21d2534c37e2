import { boardOffer, type Fit, figureText, fit, loadBoard, requireFit } from "../boards/index.js";
import type { BuiltModel } from "../pipeline.js";

/**
 * Whether a built model fits a board, for `build --board`. Throws `board-unknown`, and `board-too-small` with each
 * figure where it does not fit.
 */
export function builtFit(boardName: string, built: BuiltModel): Fit {
  const { wasm, manifest, codeBytes } = built;
  const verdict = fit(
    {
      name: manifest.name,
      fileBytes: wasm.length,
      memoryBytes: manifest.memoryBytes,
      codeBytes,
      imports: manifest.imports.required,
    },
    boardOffer(loadBoard(boardName)),
  );
  requireFit(verdict);
  return verdict;
}

/** The lines that `build` adds to its report for a board. */
export function fitLines({ board, figures }: Fit): string[] {
  return ["", `fits ${board}`, ...figures.map((figure) => `  ${figureText(figure)}`)];
}
