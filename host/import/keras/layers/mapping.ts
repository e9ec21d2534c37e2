import type { TensorIndex } from "../../../graph/node.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";

/** How a Keras layer becomes nodes. */
export interface LayerMapping {
  /** Names in Keras's `class_name`. */
  readonly classNames: readonly string[];
  /** How many tensors a call takes; one where absent. */
  readonly inputs?: "one" | "several";
  /**
   * Reads the config, refusing there what cannot be run whatever the shapes are, and answers what builds the
   * nodes of one call. That throws `NotRunnable` for what cannot be run with the shapes at hand.
   */
  read(config: LayerConfig, className: string): (builder: LayerBuilder) => TensorIndex;
}
