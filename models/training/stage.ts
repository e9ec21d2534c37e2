import { readFileSync } from "node:fs";
import { AppGraph } from "../../host/app/app-graph.js";
import { parseApplication } from "../../host/app/schema.js";
import type { StageContext, StageKind } from "../../host/app/stage.js";
import { stageKinds } from "../../host/app/stages/index.js";
import type { Features } from "../../host/app/values.js";
import { openBrowserRunner } from "../../host/browser.js";
import { openModule } from "../../host/package/open.js";
import { assemble } from "../../host/pipeline.js";

/** What a stage of an application gives of the source's samples. */
export interface OpenStage {
  /** The bytes of its features, one vector after the other, of a recording that begins anew. */
  featuresOf(samples: Int16Array): Promise<Uint8Array[]>;
  close(): void;
}

/** Opens a stage that makes features of the source's samples, as it runs in the application's file: what models are trained with. */
export async function openStage(file: URL, name: string): Promise<OpenStage> {
  const { source, stages } = parseApplication(JSON.parse(readFileSync(file, "utf8")));
  const config = stages[name];
  if (config?.from !== "source") throw new Error(`"${name}" is no stage that takes the source's samples`);
  const { stride, compile } = stageKinds[config.type] as unknown as StageKind<never>;
  const { rate } = source;
  const channels = source.type === "imu" ? source.axes : source.type === "microphone" ? 1 : source.channels;
  const hop = stride?.(config as never, rate, name) ?? 1;
  const graph = new AppGraph();
  const samples = { name: "samples", dtype: "int16", shape: [hop, channels] } as const;
  const given = { kind: "samples", signal: { tensor: samples, when: [], period: 1 }, rate, channels };
  const context = { graph, name, at: name, runSeconds: hop / rate, input: () => given };
  const { signal } = compile(config as never, context as unknown as StageContext) as Features;
  const whole = graph.graph(name, [samples], [graph.lasting(signal), ...signal.when]);
  const { wasm } = await assemble(whole, { typed: whole }, {});
  const runner = await openBrowserRunner(wasm, openModule(wasm));
  return {
    async featuresOf(recording) {
      const found: Uint8Array[] = [];
      const length = hop * channels;
      await runner.reset();
      for (let at = 0; at + length <= recording.length; at += length) {
        await runner.writeInput(0, new Uint8Array(recording.slice(at, at + length).buffer));
        await runner.run();
        let isThere = true;
        for (let i = 1; i <= signal.when.length; i++) isThere &&= (await runner.readOutput(i))[0] === 1;
        if (isThere) found.push((await runner.readOutput(0)).slice());
      }
      return found;
    },
    close: () => void runner.close(),
  };
}
