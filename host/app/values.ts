import type { Tensor } from "../graph/tensor.js";
import type { TriggerAttributes, TriggerRule } from "../ops/decision/trigger.js";
import type { Signal } from "./app-graph.js";

/** Samples of a signal over time. */
export interface Samples {
  readonly kind: "samples";
  /** [samples at once, channels]; int16 as they come, or float32. */
  readonly signal: Signal;
  /** Samples of each channel in a second. */
  readonly rate: number;
  readonly channels: number;
}

/** Numbers that describe a time together. */
export interface Features {
  readonly kind: "features";
  /** [features]; float32 or int8. */
  readonly signal: Signal;
  /** Whether models take the integers as they are, whatever scale they say: they were trained with them. */
  readonly asTheyAre?: boolean;
}

/** Scores of classes. */
export interface Scores {
  readonly kind: "scores";
  /** [classes] float32. */
  readonly signal: Signal;
  /** Names of the classes, where they are known. */
  readonly classes?: readonly string[];
}

/** Events, in all runs. */
export interface Events {
  readonly kind: "events";
  readonly names: readonly string[];
  /** [events] bool: those that begin with a run, and those that last. */
  readonly begins: Tensor;
  readonly active: Tensor;
  /** [events] float32: the scores that they come from. */
  readonly levels: Tensor;
  /** What it is decided by, to be decided anew with other levels. */
  readonly judging: Judging;
}

/** How a decision comes to its events. */
export interface Judging {
  /** [classes] float32: the scores that are compared. */
  readonly scores: Tensor;
  readonly attributes: TriggerAttributes;
  /** Rules of the classes; of some there may be no event. */
  readonly rules: readonly TriggerRule[];
  /** The class that each event comes from. */
  readonly classOf: readonly number[];
}

/** What a stage gives to others. */
export type Value = Samples | Features | Scores | Events;
