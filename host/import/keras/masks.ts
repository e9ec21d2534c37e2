import type { Tensor } from "../../graph/tensor.js";
import { partsOf } from "./inbound-nodes.js";
import type { LayerBuilder } from "./layer-builder.js";
import type { LayerConfig } from "./layer-config.js";
import { type LayerCall, Value } from "./layer-graph.js";
import type { LayerMapping } from "./layers/mapping.js";

/** A mask of steps in time, which is built where a layer takes it; "unknown" where it is not followed so far. */
export type Mask = (() => Tensor) | "unknown";

const reason =
  "the call's input has a mask (of Masking, or of an Embedding with mask_zero), which is not supported";

/** The masks that values have. */
export class Masks {
  private readonly masks = new Map<Value, Mask>();

  /**
   * Gives the outputs of a call the mask that its input has, where the layer passes it on, and refuses a layer that would
   * compute something else for a mask that it cannot be given.
   *
   * @returns the mask that the layer takes; undefined where it takes none
   */
  pass({ args, kwargs, outputs }: LayerCall, mapping: LayerMapping, config: LayerConfig): Mask | undefined {
    const values = partsOf([args, kwargs], Value);
    if (mapping.makesMask?.(config) !== undefined) this.give(outputs, "unknown");
    if (mapping.mask === "takes") {
      const mask = this.masks.get(values[0] as Value);
      if (mask !== undefined && mapping.passesMask?.(config) === true) this.give(outputs.slice(0, 1), mask);
      // Keras 3 looks for a mask of its own of each argument that is a tensor where there are several, as initial states are.
      if (config.version >= 3 && values.length > 1) return undefined;
      config.expect(mask !== "unknown", reason);
      return mask;
    }
    const masks = values.flatMap((value) => this.masks.get(value) ?? []);
    const [mask] = masks;
    if (mask === undefined) return undefined;
    config.expect(mapping.mask !== "reads", reason);
    if (mapping.mask === undefined) this.give(outputs, values.length === 1 ? mask : "unknown");
    return undefined;
  }

  /** Gives the outputs of a call the mask that its layer makes. */
  make({ outputs }: LayerCall, mapping: LayerMapping, config: LayerConfig, layer: LayerBuilder): void {
    const make = mapping.makesMask?.(config);
    if (make === undefined) return;
    let made: Tensor | undefined;
    this.give(outputs, () => {
      made ??= make(layer);
      return made;
    });
  }

  private give(values: readonly Value[], mask: Mask): void {
    for (const value of values) this.masks.set(value, mask);
  }
}
