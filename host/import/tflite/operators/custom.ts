import { FlexOptions } from "../flexbuffer.js";
import type { TfliteMapping, TfliteNode, Translation } from "./mapping.js";

/** The mapping of a custom operator, which is given its options. */
export function custom(
  name: string,
  read: (options: FlexOptions, node: TfliteNode) => Translation | readonly Translation[],
): TfliteMapping {
  return {
    builtin: `CUSTOM:${name}`,
    optionsType: 0,
    maxVersion: 1,
    read: (node) => read(new FlexOptions(node.customOptions), node),
  };
}
