/** A weight as a container stores it: C order, in Keras's own layout (convolutions HWIO, dense [inputs, outputs]). */
export interface KerasWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** Layer of the outermost model under which the container lists it, where it does; of a nested model, that model. */
  readonly listedUnder?: string;
}

/**
 * What any container of a Keras model holds: the topology as `Model.get_config()` serializes it
 * (`{class_name, config}`), and float weights by name ("conv/kernel"), or by the position among those of their layer
 * ("conv/0").
 */
export interface KerasModel {
  readonly topology: unknown;
  /** Major version of the Keras that wrote it, which decides what layers mean; 2, as TF.js has them, where absent. */
  readonly version?: number;
  readonly weights: ReadonlyMap<string, KerasWeight>;
}
