import type { Fit, FitFigure } from "../boards/index.js";
import { table } from "../table.js";
import { thousands } from "./figures.js";

const marks = { exact: "", least: ">= ", most: "<= " } as const;

function cells({ neededBytes, availableBytes, bound }: FitFigure): [string, string] {
  return [`${marks[bound]}${thousands(neededBytes)}`, thousands(availableBytes)];
}

/** Why a model does not fit, in few words. */
function reasons({ figures, lacksFloats, missingImports, refused }: Fit): string {
  const short = figures.filter((figure) => figure.neededBytes > figure.availableBytes);
  return [
    ...short.map(({ what, neededBytes, availableBytes }) => {
      return `${thousands(neededBytes - availableBytes)} too few of ${what}`;
    }),
    ...(lacksFloats ? ["no floats"] : []),
    ...missingImports.map((name) => `no ${name}`),
    ...(refused === undefined ? [] : [`refused: ${refused}`]),
  ].join(", ");
}

/** A row for each board: RAM and flash that a model takes there of what there is, all of it in RAM, its file in flash. */
export function fitTable(
  fits: readonly Fit[],
  form: { width: number | undefined; heading: (text: string) => string },
): string[] {
  return table(
    [
      { heading: "board", align: "left" },
      { heading: "RAM", align: "right" },
      { heading: "of", align: "right" },
      { heading: "flash", align: "right" },
      { heading: "of", align: "right" },
      { heading: "fits", align: "left" },
    ],
    fits.map((fit) => [fit.board, ...fit.figures.flatMap(cells), fit.fits ? "yes" : `no: ${reasons(fit)}`]),
    form,
  );
}
