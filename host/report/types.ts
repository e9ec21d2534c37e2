import type { DType } from "../graph/tensor.js";

/** How near a tensor of the built model is to the same one of the float model, over all samples that were compared. */
export interface ErrorReport {
  /** Signal-to-quantization-noise ratio in decibels; absent where `exact`, and where the float model has nothing but zeros. */
  sqnr?: number;
  /** Whether all values are equal. */
  exact?: true;
  /** Mean of the errors' magnitudes, and the largest. */
  meanError: number;
  maxError: number;
  /** Smallest and largest value in the float model. */
  range: readonly [low: number, high: number];
  /** Of integers: the part of all codes between the smallest and the largest that occur; 1 is all of the range. */
  rangeUse?: number;
  /** Of integers: the part of elements whose value in the float model lies beyond the smallest or the largest code. */
  saturated?: number;
}

/** Values in bins of one width. */
export interface Histogram {
  low: number;
  high: number;
  counts: number[];
}

/** The constants that a layer multiplies by, in real values. */
export interface WeightsReport {
  /** Element type as it is stored: "int8, one scale a channel". */
  storage: string;
  elements: number;
  low: number;
  high: number;
  mean: number;
  /** Standard deviation. */
  deviation: number;
  /** Part of the elements that are 0. */
  zeros: number;
  histogram: Histogram;
}

/** One step of the built model. */
export interface LayerReport {
  /** Node's name and operator. */
  name: string;
  operator: string;
  /** Type of its first output. */
  dtype?: DType;
  shape?: readonly number[];
  macs: number;
  /** Bytes of the weights section that it reads. */
  weightBytes: number;
  weights?: WeightsReport;
  /** Where the float model has the same tensor: of the output that is furthest from it. */
  error?: ErrorReport;
  /** In the unit of `ModelReport.measured`. */
  cost?: number;
}

/** Something that lies in linear memory, and the steps during which it does. */
export interface MemoryBlock {
  kind: "input" | "activation" | "output" | "scratch" | "state";
  name: string;
  address: number;
  bytes: number;
  /** First and last step. */
  first: number;
  last: number;
  /** Name of what it takes the memory of, in place. */
  over?: string;
}

/** Linear memory over the steps. */
export interface MemoryReport {
  /** Bytes that are allocated, those of activations and scratch, and the least that any plan of this order takes. */
  linearBytes: number;
  arenaBytes: number;
  boundBytes: number;
  /** Step at which memory is fullest. */
  boundStep: number;
  /** Bytes that are needed at each step. */
  aliveBytes: readonly number[];
  blocks: MemoryBlock[];
}

/** What the errors were measured on. */
export interface DataReport {
  /** Samples that were given, and how many of them were compared. */
  given: number;
  compared: number;
  /** Samples that the model was calibrated with. */
  calibrated: number;
  /** Whether those that were compared were held back from calibration. */
  heldBack: boolean;
  /** Where they are from, as the user wrote it. */
  sources: readonly string[];
}

/** An output of the model. */
export interface OutputReport {
  name: string;
  dtype: DType;
  shape: readonly number[];
  error: ErrorReport;
  /** Part of rows, and how many, whose largest element is the float model's. */
  agreement?: { top1: number; rows: number };
}

/** What the samples of one label were taken for. */
export interface ClassReport {
  name: string;
  samples: number;
  /** Samples for which the built model finds the label, and the float model. */
  right: number;
  rightInFloat: number;
  /** Samples of other labels that the built model takes for this. */
  wronglyFound: number;
}

/** Classes found against labels. */
export interface LabelsReport {
  samples: number;
  /** Part of samples whose class is the label. */
  accuracy: number;
  accuracyInFloat: number;
  classes: ClassReport[];
  /** `confusion[label][class]` of the built model; absent where there are very many classes. */
  confusion?: number[][];
  /** What is taken for something else most often, first the most frequent. */
  mistakes: { label: string; found: string; samples: number }[];
}

/** What quantization cost. */
export interface AccuracyReport {
  data: DataReport;
  outputs: OutputReport[];
  labels?: LabelsReport;
}

/** A way to build the model that the budget search has weighed. */
export interface Candidate {
  label: string;
  ramBytes: number;
  flashBytes: number;
  macs?: number;
  /** Time of an inference on the board, in milliseconds: an estimate by MACs, rather too long than too short. */
  latencyMillis?: number;
  /** In the unit of the frontier's `error`: less is better. */
  error: number;
  /** Whether it is the one that was built. */
  chosen: boolean;
  /** Whether it meets the budget. */
  fits: boolean;
}

/** What the budget search has found. */
export interface Frontier {
  /** What `error` is, with its unit: "mean error at the output". */
  error: string;
  budget: { ramBytes?: number; flashBytes?: number; latencyMillis?: number };
  candidates: readonly Candidate[];
}

/** Whether the model fits a board: figures as `boards` gives them. */
export interface FitReport {
  board: string;
  fits: boolean;
  figures: readonly { what: string; neededBytes: number; availableBytes: number }[];
}

/** All that is known of a built model, as JSON has it: no number in it is infinite or NaN. */
export interface ModelReport {
  model: string;
  /** Bytes of the file and of its parts. */
  fileBytes: number;
  codeBytes: number;
  weightBytes: number;
  macs: number;
  fit?: FitReport;
  layers: LayerReport[];
  memory: MemoryReport;
  accuracy?: AccuracyReport;
  frontier?: Frontier;
  /** What `cost` of the layers counts, and where it was counted. */
  measured?: { unit: string; on: string };
}
