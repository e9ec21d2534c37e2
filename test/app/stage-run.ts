import type { z } from "zod";
import { AppGraph } from "../../host/app/app-graph.js";
import type { StageKind } from "../../host/app/stage.js";
import { stageKinds } from "../../host/app/stages/index.js";
import type { Features, Samples, Scores } from "../../host/app/values.js";
import { validateGraph } from "../../host/graph/validate.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { engines } from "../engines.js";

/** What samples come at once, and how. */
export interface Source {
  readonly rate: number;
  readonly channels: number;
  readonly hop: number;
}

/** A stage as an application's file says it. */
export interface Config {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** One stage, or several of which each is given what the one before gives. */
type Configs = Config | readonly Config[];

type Given = Features | Samples | Scores;

/** A graph of stages alone, which gives what the last one does and whether it is there. */
function graphOf(configs: Configs, { rate, channels, hop }: Source) {
  const graph = new AppGraph();
  const samples = { name: "samples", dtype: "int16", shape: [hop, channels] } as const;
  const none = () => {
    throw new Error("the stage takes samples alone");
  };
  const first: Given = { kind: "samples", signal: { tensor: samples, when: [], period: 1 }, rate, channels };
  const value = [configs].flat().reduce((given: Given, config): Given => {
    const { schema, compile } = stageKinds[config.type as keyof typeof stageKinds] as unknown as StageKind<
      z.ZodType<{ type: string; from: string }>
    >;
    return compile(schema.parse({ from: "source", ...config }), {
      graph,
      name: config.type,
      at: `stages.${config.type}`,
      runSeconds: hop / rate,
      input: () => given as never,
      model: none,
      table: none,
      activity: none,
    }) as Given;
  }, first);
  const whole = graph.graph("stage", [samples], [graph.lasting(value.signal), ...value.signal.when]);
  validateGraph(whole);
  return whole;
}

/** What stages give for samples, frame by frame, on each engine. */
export async function framesOf(
  configs: Configs,
  source: Source,
  samples: readonly number[],
): Promise<Record<string, number[][]>> {
  const graph = graphOf(configs, source);
  const { wasm } = await buildModel(graph);
  const step = source.hop * source.channels;
  const results: Record<string, number[][]> = {};
  for (const [engine, tier] of engines) {
    const runner = await openRunner(engine, wasm, openModule(wasm), { tier });
    const frames: number[][] = [];
    for (let at = 0; at + step <= samples.length; at += step) {
      await runner.writeInput(0, new Uint8Array(Int16Array.from(samples.slice(at, at + step)).buffer));
      await runner.run();
      let isThere = true;
      for (let i = 1; i < graph.outputs.length; i++) isThere &&= (await runner.readOutput(i))[0] === 1;
      if (!isThere) continue;
      const bytes = Uint8Array.from(await runner.readOutput(0));
      frames.push([...new Float32Array(bytes.buffer)]);
    }
    await runner.close();
    results[`${engine}, ${tier}`] = frames;
  }
  return results;
}

/** Why stages are refused; "taken" where it is not. */
export function refusalOf(configs: Configs, source: Source): string {
  try {
    graphOf(configs, source);
    return "taken";
  } catch (error) {
    return (error as Error).message;
  }
}
