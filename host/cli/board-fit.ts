import { type Fit, figureText, loadBoard, loadBoards, partsText, requireFit } from "../boards/index.js";
import { predictFit } from "../needs/index.js";
import { openModule } from "../package/open.js";

/**
 * Whether a model file fits a board, for `build --board`. Throws `board-unknown`, and what `requireFit` throws where it does
 * not fit.
 */
export async function requiredFit(boardName: string, wasm: Uint8Array): Promise<Fit> {
  const verdict = await predictFit(wasm, openModule(wasm), loadBoard(boardName));
  requireFit(verdict);
  return verdict;
}

/** How a model file fits each board that there is. */
export async function boardFits(wasm: Uint8Array): Promise<Fit[]> {
  const opened = openModule(wasm);
  const verdicts: Fit[] = [];
  for (const board of loadBoards()) verdicts.push(await predictFit(wasm, opened, board));
  return verdicts;
}

/** The lines that `build` adds to its report for a board. */
export function fitLines({ board, figures }: Fit): string[] {
  const lines = figures.flatMap((figure) => {
    const parts = partsText(figure);
    return [`  ${figureText(figure)}`, ...(parts === undefined ? [] : [`    ${parts}`])];
  });
  return ["", `fits ${board}`, ...lines];
}
