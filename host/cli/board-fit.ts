import {
  type Asked,
  type Fit,
  figureText,
  loadBoard,
  loadBoards,
  partsText,
  requireFit,
  requirePeripherals,
} from "../boards/index.js";
import { predictFit } from "../needs/index.js";
import { type AppSection, appOf } from "../package/app.js";
import { openModule } from "../package/open.js";

type Pins = readonly { readonly pin: number; readonly name?: string | undefined }[];

/** What an application's file asks of a board besides memory. */
function askedOf({ source, actions, hop }: AppSection, pins: Pins): Asked {
  const isOfBoard = source.driver !== "none" && source.driver !== "recording";
  const names = pins.flatMap(({ pin, name }) => (name === undefined ? [] : [[pin, name] as const]));
  return { ...(isOfBoard && { source: { ...source, hop } }), actions, names: new Map(names) };
}

/**
 * Whether a model file fits a board, for `build --board`. Throws `board-unknown`, what `requireFit` throws where it does
 * not fit, and `board-lacks` where it is an application and the board has not what that asks for.
 *
 * @param pins of an application's source and actions, with the names that its file has for them
 */
export async function requiredFit(boardName: string, wasm: Uint8Array, pins: Pins = []): Promise<Fit> {
  const board = loadBoard(boardName);
  const app = appOf(wasm);
  if (app !== undefined) requirePeripherals(board, askedOf(app, pins));
  const verdict = await predictFit(wasm, openModule(wasm), board);
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
