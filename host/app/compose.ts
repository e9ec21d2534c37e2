import type { z } from "zod";
import { WasmoteError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { NotRunnable } from "../graph/not-runnable.js";
import type { Tensor } from "../graph/tensor.js";
import { validateGraph } from "../graph/validate.js";
import { readAt } from "../import/compose/indices.js";
import { reshaped } from "../import/compose/movement.js";
import { concatenation } from "../ops/movement/concatenation.js";
import { reshape } from "../ops/movement/reshape.js";
import {
  type AppAction,
  type AppSection,
  appVersion,
  maxEvents,
  maxHop,
  maxMilliseconds,
} from "../package/app.js";
import { AppGraph, type Reference } from "./app-graph.js";
import { pinNumber } from "./fields.js";
import { histogramsOf } from "./histograms.js";
import type { Application, StageConfig } from "./schema.js";
import { eventIndex, shareOf } from "./share.js";
import { leastHop, sourceOnly, sourceOnlySeconds } from "./source-only.js";
import { channelsOf, sourceOf } from "./sources.js";
import type { StageContext, StageKind } from "./stage.js";
import { stageKinds } from "./stages/index.js";
import type { Table } from "./tables.js";
import { countOf, millisecondsText, refuseApplication, secondsOf } from "./times.js";
import type { Events, Samples, Value } from "./values.js";

/** Files that an application names, read: by the paths in its file. */
export interface ApplicationFiles {
  /** Models as graphs in the types that they run in, of which every node has kernels. */
  readonly models: ReadonlyMap<string, Graph>;
  readonly tables: ReadonlyMap<string, Table>;
}

/** An application compiled. */
export interface ComposedApplication {
  /** One graph, for one run: takes `samples`, gives `events`, `active` and `levels`. */
  readonly graph: Graph;
  /** What a board has to know beside it. */
  readonly section: AppSection;
  /** Its decisions, in the order of their events. */
  readonly decisions: readonly Events[];
  /** Reference data that may be replaced, by the stages' names. */
  readonly references: ReadonlyMap<string, Reference>;
}

type Kind = StageKind<z.ZodType<StageConfig>>;
const kindOf = ({ type }: StageConfig): Kind => stageKinds[type] as unknown as Kind;

/** The paths of models and of reference data that the stages name. */
export function filesOf({ stages }: Application): { models: string[]; tables: string[] } {
  const named = (which: "models" | "tables") => {
    const paths = Object.values(stages).flatMap((stage) =>
      (kindOf(stage)[which] ?? []).map((field) => stage[field] as string),
    );
    return [...new Set(paths)];
  };
  return { models: named("models"), tables: named("tables") };
}

/** An application's file, as it was read, for another folder: each relative path in it becomes what `moved` says. */
export function withPaths<T extends { readonly $schema?: unknown; readonly stages?: object }>(
  file: T,
  moved: (path: string) => string,
): T {
  const { $schema } = file;
  const stages = Object.entries(file.stages ?? {}).map(([name, stage]: [string, StageConfig]) => {
    const { models = [], tables = [] } = kindOf(stage);
    const paths = [...models, ...tables].map((field) => [field, moved(stage[field] as string)]);
    return [name, { ...stage, ...Object.fromEntries(paths) }];
  });
  return {
    ...file,
    ...(typeof $schema === "string" && !/^[a-z]+:/i.test($schema) && { $schema: moved($schema) }),
    ...(file.stages !== undefined && { stages: Object.fromEntries(stages) }),
  };
}

/** Stages after those that they take something of. Throws `application-invalid` for names that are missing and for circles. */
function orderOf({ stages }: Application): string[] {
  const giverOf = new Map(
    Object.entries(stages).flatMap(([name, stage]) =>
      stage.type === "decision"
        ? Object.keys((stage as { events?: object }).events ?? {}).map((event) => [event, name] as const)
        : [],
    ),
  );
  const order: string[] = [];
  const open = new Set<string>();
  const stageAt = (name: string, at: string): StageConfig => {
    const stage = Object.hasOwn(stages, name) ? stages[name] : undefined;
    const known = ["source", ...Object.keys(stages)];
    return stage ?? refuseApplication(at, `"${name}"; there are ${known.join(", ")}`);
  };
  const visit = (name: string, at: string): void => {
    if (name === "source" || order.includes(name)) return;
    const stage = stageAt(name, at);
    if (open.has(name)) refuseApplication(at, `"${name}" depends on itself`);
    open.add(name);
    visit(stage.from, `stages.${name}.from`);
    for (const event of kindOf(stage).after?.(stage) ?? []) {
      const giver = giverOf.get(event);
      if (giver === undefined)
        refuseApplication(`stages.${name}.when`, `"${event}" is no event of a decision`);
      else visit(giver, `stages.${name}.when`);
    }
    open.delete(name);
    order.push(name);
  };
  for (const name of Object.keys(stages)) {
    if (name === "source")
      refuseApplication("stages.source", "another name is expected: it is where samples come from");
    visit(name, "stages");
  }
  return order;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Samples of the source of which a stage takes whole multiples in a run, or by which it cuts. */
interface Cut {
  readonly name: string;
  readonly count: number;
}

/** What stages make of the source's samples, in the order given: what each needs in a run to give whole samples, and how it cuts. */
function cutsOf(
  { stages, source }: Application,
  order: readonly string[],
): { wholes: Cut[]; strides: Cut[] } {
  const streams = new Map([["source", { rate: source.rate, up: 1, down: 1 }]]);
  const [wholes, strides]: [Cut[], Cut[]] = [[], []];
  for (const name of order) {
    const stage = stages[name] as StageConfig;
    const given = streams.get(stage.from);
    if (given === undefined) continue;
    const { gives, stride } = kindOf(stage);
    const [at, { rate, up, down }] = [`stages.${name}`, given];
    if (gives !== undefined) {
      const change = gives(stage, rate, at);
      const common = divisor(up * change.up, down * change.down);
      const count = (down * change.down) / common;
      streams.set(name, {
        rate: (rate * change.up) / change.down,
        up: (up * change.up) / common,
        down: count,
      });
      if (count > 1) wholes.push({ name, count });
    }
    const samples = stride?.(stage, rate, at);
    if (samples === undefined) continue;
    if (samples % up !== 0)
      refuseApplication(
        at,
        `it cuts every ${samples} samples of "${stage.from}"; a multiple of ${up} (${milliseconds(up, rate)}) is expected, which whole samples of the source make`,
      );
    strides.push({ name, count: (samples / up) * down });
  }
  return { wholes, strides };
}

const milliseconds = (samples: number, rate: number): string => millisecondsText(samples / rate);

/**
 * Samples of the source that one run takes: as many as all cuts are multiples of, and a run may take, or as the file says; of which
 * every stage gives whole samples.
 */
function hopOf(application: Application, order: readonly string[]): number {
  const { source, hop } = application;
  if (isSourceOnly(application) && hop === undefined)
    return Math.min(maxHop, Math.max(leastHop, Math.round(source.rate * sourceOnlySeconds.hop)));
  const { wholes, strides } = cutsOf(application, order);
  const common = strides.reduce((all, { count }) => divisor(all, count), 0);
  const least = wholes.reduce((all, { count }) => (all * count) / divisor(all, count), 1);
  const names = wholes.map(({ name }) => `"${name}"`).join(" and ");
  const multiples = `a multiple of ${milliseconds(least, source.rate)}, of which ${names} ${wholes.length === 1 ? "makes" : "make"} whole samples`;
  if (hop === undefined) {
    if (common === 0)
      refuseApplication(
        "hop",
        `${wholes.length === 0 ? "a time" : `${multiples},`} is expected, since no stage cuts the source's samples`,
      );
    const odd = strides.find(({ count }) => count % least !== 0);
    if (odd !== undefined)
      refuseApplication(
        `stages.${odd.name}`,
        `it cuts every ${milliseconds(odd.count, source.rate)}; ${multiples}, is expected`,
      );
    const longest = Math.min(common, maxHop);
    for (let hop = longest - (longest % least); hop > 0; hop -= least) if (common % hop === 0) return hop;
    return refuseApplication("hop", `${multiples}, is expected, of at most ${maxHop} samples`);
  }
  const wanted = countOf(hop, source.rate, "hop", "samples");
  if (wanted > maxHop)
    refuseApplication("hop", `${hop} are ${wanted} samples; at most ${maxHop} are expected`);
  if (wanted % least !== 0) refuseApplication("hop", `${hop}; ${multiples}, is expected`);
  const odd = strides.find(({ count }) => count % wanted !== 0);
  if (odd !== undefined)
    refuseApplication(
      "hop",
      `${hop}; a part of the ${milliseconds(odd.count, source.rate)} of "${odd.name}" is expected`,
    );
  return wanted;
}

/** Whether an application has no stages, and only shares its samples. */
const isSourceOnly = ({ stages, share }: Application): boolean =>
  Object.keys(stages).length === 0 && share.capture;

/** What is done at a pin, or by a driver. */
function pinAction(
  action: Exclude<Application["actions"][number], { do: "line" | "notify" }>,
): Omit<AppAction, "event"> {
  if (action.do === "gpio") return { kind: action.do, pin: pinNumber(action.pin), high: action.high };
  if (action.do === "pwm") {
    const { pin, duty, frequency } = action;
    const value = duty === undefined ? {} : { value: Math.round(duty * 65_535) };
    return { kind: action.do, pin: pinNumber(pin), hertz: frequency, ...value };
  }
  const { driver, pin, frequency, value } = action;
  return {
    kind: driver,
    ...(pin === undefined ? {} : { pin: pinNumber(pin) }),
    ...(frequency === undefined ? {} : { hertz: frequency }),
    ...(value === undefined ? {} : { value }),
  };
}

function actionsOf({ actions }: Application, events: readonly string[]): AppAction[] {
  return actions.map((action, i): AppAction => {
    const event = eventIndex(events, action.on, `actions.${i}.on`);
    if (action.do === "line" || action.do === "notify") return { event, kind: action.do };
    const forever = { event, ...pinAction(action) };
    if (action.for === undefined) return forever;
    const milliseconds = Math.round(secondsOf(action.for, `actions.${i}.for`) * 1000);
    if (milliseconds < 1 || milliseconds > maxMilliseconds)
      refuseApplication(`actions.${i}.for`, `"${action.for}"; 1 to ${maxMilliseconds} ms are expected`);
    return { ...forever, milliseconds };
  });
}

/**
 * Compiles an application into one graph, of which one run takes one hop of the source's samples: what is not due in a run is passed
 * over. All its state is in variables.
 *
 * The graph's input is `samples`, int16 [hop, channels]; its outputs are `events` and `active`, bool, and `levels`, float32, each
 * [events].
 *
 * @param judged whether the scores that each decision compares are outputs, too
 * @throws `application-invalid`; `model-unsupported` where a stage has no kernels
 */
export function composeApplication(
  application: Application,
  files: ApplicationFiles,
  { judged = false }: { readonly judged?: boolean } = {},
): ComposedApplication {
  const order = orderOf(application);
  const { source } = application;
  const [hop, channels] = [hopOf(application, order), channelsOf(source)];
  const graph = new AppGraph();
  const samples: Tensor = { name: "samples", dtype: "int16", shape: [hop, channels] };
  const given: Samples = {
    kind: "samples",
    signal: { tensor: samples, when: [], period: 1 },
    rate: source.rate,
    channels,
  };
  const values = new Map<string, Value>([["source", given]]);
  const decisions: Events[] = [];
  for (const name of order) {
    const stage = application.stages[name] as StageConfig;
    const at = `stages.${name}`;
    const context: StageContext = {
      graph,
      name,
      at,
      runSeconds: hop / source.rate,
      input: (...wanted) => {
        const value = values.get(stage.from) as Value;
        if (!wanted.includes(value.kind as never))
          refuseApplication(
            `${at}.from`,
            `"${stage.from}" gives ${value.kind}; ${wanted.join(" or ")} are expected`,
          );
        return value as never;
      },
      model: (path) => files.models.get(path) ?? refuseApplication(`${at}.file`, `"${path}" was not read`),
      table: (path) => files.tables.get(path) ?? refuseApplication(at, `"${path}" was not read`),
      activity: (event) => activityOf(graph, decisions, event),
    };
    const value = compiled(stage, context);
    if (value.kind === "events") decisions.push(value);
    values.set(name, value);
  }
  if (isSourceOnly(application)) decisions.push(sourceOnly(graph, samples, hop, channels));
  const events = decisions.flatMap(({ names }) => names);
  if (events.length === 0) refuseApplication("stages", "a decision is expected, which gives events");
  if (events.length > maxEvents)
    refuseApplication("stages", `${events.length} events; at most ${maxEvents} are expected`);
  const twice = events.find((event, i) => events.indexOf(event) < i);
  if (twice !== undefined) refuseApplication("stages", `two events are called "${twice}"`);
  const parts = { events: "begins", active: "active", levels: "levels" } as const;
  const outputs = Object.entries(parts).map(([name, part]) =>
    together(
      graph,
      name,
      decisions.map((decision) => decision[part]),
    ),
  );
  const { histograms, observed } = histogramsOf(application, graph, values, events);
  if (observed.length > 0 && !judged) outputs.push(together(graph, "observed", observed));
  if (judged)
    outputs.push(...decisions.map(({ judging }, i) => lastOf(graph, judging.scores, `judged ${i}`)));
  const whole = graph.graph(application.name, [samples], outputs);
  requireValid(whole);
  const section: AppSection = {
    version: appVersion,
    source: sourceOf(source, hop, isSourceOnly(application) ? sourceOnlySeconds.buffer : undefined),
    hop,
    events,
    actions: actionsOf(application, events),
    log: application.log,
    share: shareOf(application, events, hop / source.rate, hop * channels),
    ...(histograms.length === 0 ? {} : { histograms }),
  };
  return { graph: whole, section, decisions, references: graph.references };
}

/** Throws `application-invalid` for a graph of tensors that are too large. */
function requireValid(graph: Graph): void {
  try {
    validateGraph(graph);
  } catch (error) {
    if (error instanceof WasmoteError) refuseApplication("stages", error.detail);
    throw error;
  }
}

/** What a stage gives. Throws `application-invalid` as well for what an operator of it cannot do. */
function compiled(stage: StageConfig, context: StageContext): Value {
  try {
    return kindOf(stage).compile(stage, context);
  } catch (error) {
    if (error instanceof NotRunnable) refuseApplication(context.at, error.message);
    throw error;
  }
}

/** An event's activity as one bool. */
function activityOf(graph: AppGraph, decisions: readonly Events[], event: string): Tensor {
  const decision = decisions.find(({ names }) => names.includes(event)) as Events;
  const write = graph.writer(`${event} lasts`);
  const indices = [decision.names.indexOf(event)];
  return reshaped(write, readAt(write, decision.active, [{ axis: 0, indices }]), []);
}

/** A tensor as an output of its own. */
function lastOf(graph: AppGraph, tensor: Tensor, name: string): Tensor {
  return graph.writer(name).node(reshape, { shape: tensor.shape }, [tensor]);
}

/** What all decisions give, one after the other, as a tensor of this name. */
function together(graph: AppGraph, name: string, tensors: readonly Tensor[]): Tensor {
  const [first] = tensors as [Tensor];
  const write = graph.writer(name);
  const whole = tensors.length === 1 ? first : write.node(concatenation, { axis: 0 }, tensors);
  graph.rename(whole, name);
  return whole;
}
