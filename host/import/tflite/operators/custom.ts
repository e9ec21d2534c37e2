import { FlexOptions } from "../flexbuffer.js";
import type { TfliteMapping, TfliteNode, Translation } from "./mapping.js";

/** The mapping of a custom operator, which is given its options. */
export function custom(
  name: string,
  becomes: readonly string[],
  read: (options: FlexOptions, node: TfliteNode) => Translation | readonly Translation[],
): TfliteMapping {
  const builtin = `CUSTOM:${name}`;
  const optionsOf = ({ customOptions, outputs }: TfliteNode): FlexOptions =>
    new FlexOptions(customOptions, { operator: builtin, ...(outputs[0] && { node: outputs[0].name }) });
  return { builtin, optionsType: 0, maxVersion: 1, becomes, read: (node) => read(optionsOf(node), node) };
}
