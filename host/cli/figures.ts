import { thousands } from "../figures.js";
import { shortened } from "../visible.js";

export { bytesText, percent, thousands } from "../figures.js";

const shownNameLength = 44;

/** A name as it fits a table, visible: converters join the names of fused layers to very long ones. */
export function shortName(name: string): string {
  return shortened(name, shownNameLength);
}

/** Names that are shown of a list. */
const shownNames = 8;

/** ", classes ash, beech, cedar": what the classes of a tensor are called, or the texts that its integers stand for. */
export function namesText({
  labels,
  texts,
}: {
  labels?: readonly string[];
  texts?: readonly string[];
}): string {
  const names = labels ?? texts;
  if (names === undefined) return "";
  const shown = names.slice(0, shownNames).map(shortName).join(", ");
  const more = names.length > shownNames ? ` and ${thousands(names.length - shownNames)} more` : "";
  return `, ${labels === undefined ? "positions among" : "classes"} ${shown}${more}`;
}
