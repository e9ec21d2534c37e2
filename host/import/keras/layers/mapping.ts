import type { Tensor } from "../../../graph/tensor.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";

/** Writes the nodes of one call of a layer, and answers its outputs. Throws `NotRunnable`. */
export type Build = (layer: LayerBuilder) => Tensor | readonly Tensor[];

/** A layer that another one's config holds. */
export interface WrappedLayer {
  readonly name: string;
  readonly className: string;
  readonly config: LayerConfig;
  readonly build: Build;
}

/** Reads a layer in a config's field; what of it cannot be run is refused. Throws `model-invalid`. */
export type ReadWrapped = (field: string) => WrappedLayer;

/** How a Keras layer becomes nodes. */
export interface LayerMapping {
  /** Names in Keras's `class_name`; of functions of Keras 3 (`keras.ops`) "ops.Add", of TensorFlow's "tf.math.add". */
  readonly classNames: readonly string[];
  /** Whether these classes are none of Keras, or none that can be run. */
  readonly unlisted?: true;
  /** How many tensors a call takes; one where absent. */
  readonly inputs?: "one" | "several";
  /**
   * Names of the call's parameters, the first that of the tensors that the layer is applied to; where absent, there are no
   * others.
   */
  readonly parameters?: readonly string[];
  /**
   * What becomes of a mask of steps in time that an input has: it is passed on where absent. What `takes` one is given that
   * of its first input as the argument "mask". What `reads` one is refused, as it would compute something else without.
   */
  readonly mask?: "drops" | "reads" | "takes";
  /** Whether what takes a mask passes it on to its first output. */
  passesMask?(config: LayerConfig): boolean;
  /** Whether the layer's dtype says nothing of what it computes in. */
  readonly anyDtype?: true;
  /** What builds the mask, [batches, times] bool, that the output has even if no input has; undefined where it has none. */
  makesMask?(config: LayerConfig): ((layer: LayerBuilder) => Tensor) | undefined;
  /**
   * Reads the config, refusing there what cannot be run whatever the shapes are, and answers what builds the
   * nodes of one call. That throws `NotRunnable` for what cannot be run with the shapes at hand.
   */
  read(config: LayerConfig, className: string, wrapped: ReadWrapped): Build;
}
