export { type Classes, classesOf, readLabels, type SampleLabels } from "./labels.js";
export { type Calibration, loadCalibration } from "./load-calibration.js";
export { openSamples, type SampledInput, type SampleOptions } from "./open-samples.js";
export {
  type CollectedSamples,
  type CollectOptions,
  collect,
  type Origin,
  type SampleSource,
  spread,
} from "./sample-source.js";
