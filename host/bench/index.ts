export { type CountOptions, count } from "./count.js";
export { type MeasureOptions, measure } from "./measure.js";
export type { BenchMemory, BenchReport, BenchStep, BenchUnit } from "./report.js";
