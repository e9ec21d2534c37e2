import type { z } from "zod";
import type { Graph } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import type { RateChange } from "../numerics/fir.js";
import type { AppGraph } from "./app-graph.js";
import type { Table } from "./tables.js";
import type { Value } from "./values.js";

/** What a stage knows while it is compiled. */
export interface StageContext {
  readonly graph: AppGraph;
  /** The stage's name, and where in the file it is. */
  readonly name: string;
  readonly at: string;
  /** Seconds from one run to the next. */
  readonly runSeconds: number;
  /** The value that a stage is given by `from`, of one of these kinds. Throws `application-invalid` for any other. */
  input<K extends Value["kind"]>(...kinds: readonly K[]): Extract<Value, { kind: K }>;
  /** A model's graph as it runs, by the path in the file. */
  model(path: string): Graph;
  /** Rows of numbers of a file of reference data, by the path in the file. */
  table(path: string): Table;
  /** An event's activity as one bool, by the event's name; of stages before this one. Throws `application-invalid`. */
  activity(event: string, at: string): Tensor;
}

/** A kind of stage: one file each, and one line in stages/index.ts. */
export interface StageKind<Schema extends z.ZodType<{ type: string; from: string }>> {
  /** What it takes in an application's file. */
  readonly schema: Schema;
  /** Of a stage that cuts samples: the samples from one cut to the next, of those that it is given at a rate; undefined where it takes any. */
  readonly stride?: (config: z.output<Schema>, rate: number, at: string) => number | undefined;
  /** Of a stage that gives samples: how many, for those that it is given at a rate. */
  readonly gives?: (config: z.output<Schema>, rate: number, at: string) => RateChange;
  /** Its fields that name files of models and of reference data. */
  readonly models?: readonly (string & keyof z.output<Schema>)[];
  readonly tables?: readonly (string & keyof z.output<Schema>)[];
  /** Names of the events that it depends on, besides `from`. */
  readonly after?: (config: z.output<Schema>) => readonly string[];
  /** Adds its nodes to the application's graph, and answers what it gives. Throws `application-invalid`. */
  compile(config: z.output<Schema>, context: StageContext): Value;
}
