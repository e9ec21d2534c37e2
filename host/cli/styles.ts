import colors from "picocolors";

/** Colours for one stream. */
export type Styles = ReturnType<typeof colors.createColors>;

/**
 * Colours for a stream: only where it is a terminal, and never with NO_COLOR set to anything (no-color.org)
 * or on a terminal that calls itself dumb.
 */
export function stylesFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv = process.env): Styles {
  const refused = (environment.NO_COLOR ?? "") !== "" || environment.TERM === "dumb";
  return colors.createColors(stream.isTTY === true && !refused);
}
