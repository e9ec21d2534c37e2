import type { KerasWeight } from "./container.js";

/** Where a layer's weights are looked for. */
export interface WeightPlace {
  /** Path of the layer: "encoder/attention". */
  readonly path: string;
  /** What containers call the part of the layer that has the weight: ["query", "query_dense"]; [""] for the layer itself. */
  readonly parts: readonly string[];
}

interface Named {
  /** Without the ":0" of TensorFlow's variables. */
  readonly name: string;
  readonly weight: KerasWeight;
}

const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("/");

/** The one whose name ends so; undefined for none and for several. */
function onlyEnding(named: readonly Named[], ending: string): KerasWeight | undefined {
  const found = named.filter(({ name }) => `/${name}`.endsWith(`/${ending}`));
  return found.length === 1 ? found[0]?.weight : undefined;
}

/** Finds the weights of layers by the names that containers give them. */
export class WeightFinder {
  private readonly byName = new Map<string, KerasWeight>();
  /** By the last two parts of their names, for those that have more: "conv/kernel" of "model/conv/kernel:0". */
  private readonly byEnding = new Map<string, Named[]>();
  /** By the last part of their names. */
  private readonly byLast = new Map<string, Named[]>();
  /** By the layer of the outermost model that lists them, in the container's order. */
  private readonly listed = new Map<string, Named[]>();
  /** Path of the layer that each weight is of. */
  private readonly owners = new Map<KerasWeight, string>();

  constructor(weights: ReadonlyMap<string, KerasWeight>) {
    const add = (map: Map<string, Named[]>, key: string, named: Named) =>
      map.set(key, [...(map.get(key) ?? []), named]);
    for (const [full, weight] of weights) {
      const name = full.replace(/:0$/, "");
      const parts = name.split("/");
      this.byName.set(name, weight);
      add(this.byLast, parts.at(-1) as string, { name, weight });
      if (parts.length >= 3) add(this.byEnding, parts.slice(-2).join("/"), { name, weight });
      if (weight.listedUnder !== undefined) add(this.listed, weight.listedUnder, { name, weight });
    }
  }

  /** The weight of a layer with one of these names, or at this position among its layer's; undefined where there is none. */
  find({ path, parts }: WeightPlace, names: readonly string[], position: number): KerasWeight | undefined {
    const layer = path.slice(path.lastIndexOf("/") + 1);
    for (const name of names) {
      for (const part of parts) {
        for (const last of [name, `${position}`]) {
          const weight =
            this.byName.get(joined(path, part, last)) ?? this.byName.get(joined(layer, part, last));
          if (weight !== undefined) return weight;
        }
      }
    }
    return (
      this.findListed(path, layer, parts, names, position) ??
      this.findEnding(layer, parts, names) ??
      this.findBelow(layer, parts, names)
    );
  }

  /** Among what the container lists under the layer of the outermost model. */
  private findListed(
    path: string,
    layer: string,
    parts: readonly string[],
    names: readonly string[],
    position: number,
  ): KerasWeight | undefined {
    const outermost = this.outermost(path);
    const isOutermost = path === outermost;
    const listed = this.listed.get(outermost) ?? [];
    for (const name of names) {
      for (const part of parts) {
        const found =
          onlyEnding(listed, joined(layer, part, name)) ??
          (isOutermost ? onlyEnding(listed, joined(part, name)) : undefined);
        if (found !== undefined) return found;
      }
    }
    return isOutermost && parts.includes("") ? listed[position]?.weight : undefined;
  }

  /** The layer of the outermost model that a path begins with: the longest that is listed, as Keras 2 takes names with slashes. */
  private outermost(path: string): string {
    const parts = path.split("/");
    const listed = parts.map((_, i) => parts.slice(0, parts.length - i).join("/"));
    return listed.find((layer) => this.listed.has(layer)) ?? (parts[0] as string);
  }

  private findEnding(
    layer: string,
    parts: readonly string[],
    names: readonly string[],
  ): KerasWeight | undefined {
    for (const name of names) {
      for (const part of parts) {
        const ending = joined(layer, part, name);
        const found = onlyEnding(this.byEnding.get(ending.split("/").slice(-2).join("/")) ?? [], ending);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** The only one somewhere below the layer's part: cells of recurrent layers have names that their writers count. */
  private findBelow(
    layer: string,
    parts: readonly string[],
    names: readonly string[],
  ): KerasWeight | undefined {
    for (const name of names) {
      for (const part of parts) {
        const below = `/${joined(layer, part)}/`;
        const found = (this.byLast.get(name) ?? []).filter((own) => `/${own.name}`.includes(below));
        if (found.length === 1) return found[0]?.weight;
      }
    }
    return undefined;
  }

  /** The layer that was the first to claim a weight. */
  owner(weight: KerasWeight, claimant: string): string {
    const owner = this.owners.get(weight) ?? claimant;
    this.owners.set(weight, owner);
    return owner;
  }
}
