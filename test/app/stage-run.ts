import type { z } from "zod";
import { AppGraph } from "../../host/app/app-graph.js";
import type { StageKind } from "../../host/app/stage.js";
import { stageKinds } from "../../host/app/stages/index.js";
import type { Features } from "../../host/app/values.js";
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

/** A graph of one stage alone, which gives its features and whether they are there. */
function graphOf(config: Config, { rate, channels, hop }: Source) {
  const { schema, compile } = stageKinds[config.type as keyof typeof stageKinds] as unknown as StageKind<
    z.ZodType<{ type: string; from: string }>
  >;
  const graph = new AppGraph();
  const samples = { name: "samples", dtype: "int16", shape: [hop, channels] } as const;
  const given = { kind: "samples", signal: { tensor: samples, when: [], period: 1 }, rate, channels };
  const none = () => {
    throw new Error("the stage takes samples alone");
  };
  const value = compile(schema.parse({ from: "source", ...config }), {
    graph,
    name: "features",
    at: "stages.features",
    runSeconds: hop / rate,
    input: () => given as never,
    model: none,
    table: none,
    activity: none,
  }) as Features;
  const whole = graph.graph("stage", [samples], [graph.lasting(value.signal), ...value.signal.when]);
  validateGraph(whole);
  return whole;
}

/** What a stage gives for samples, frame by frame, on each engine. */
export async function framesOf(
  config: Config,
  source: Source,
  samples: readonly number[],
): Promise<Record<string, number[][]>> {
  const graph = graphOf(config, source);
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

/** Why a stage is refused; "taken" where it is not. */
export function refusalOf(config: Config, source: Source): string {
  try {
    graphOf(config, source);
    return "taken";
  } catch (error) {
    return (error as Error).message;
  }
}
