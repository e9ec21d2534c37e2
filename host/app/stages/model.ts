import { z } from "zod";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { reshaped } from "../../import/compose/movement.js";
import type { GraphWriter } from "../../import/graph-writer.js";
import { cast } from "../../ops/conversion/cast.js";
import { quantize } from "../../ops/conversion/quantize.js";
import { squaredDifference } from "../../ops/elementwise/arithmetic.js";
import { reshape } from "../../ops/movement/reshape.js";
import { mean } from "../../ops/reduction/mean.js";
import { endsOf } from "../app-graph.js";
import { duration, stageName } from "../fields.js";
import { framesOf } from "../framing.js";
import { asReal } from "../reals.js";
import type { StageKind } from "../stage.js";
import { countOf, millisecondsText, refuseApplication, secondsOf } from "../times.js";
import type { Features, Samples } from "../values.js";

const schema = z.strictObject({
  type: z.literal("model"),
  from: stageName("Features, or samples: as many of the last ones as the model takes."),
  file: z.string().min(1).describe("The model: .tflite, .onnx, .keras, ... beside the application's file."),
  every: duration
    .optional()
    .describe(
      "From one inference to the next; by default with each of the features, or, of a model that keeps a state, when all of its input is new.",
    ),
  when: stageName("An event: the model runs while it lasts. In all runs by default.").optional(),
  classes: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Names of the scores; by default those that the model says."),
  score: z
    .enum(["outputs", "reconstruction"])
    .default("outputs")
    .describe(
      "outputs: the first output's. reconstruction: the mean squared difference of the input and the first output, as of an autoencoder.",
    ),
});

type Config = z.infer<typeof schema>;

/** A tensor in the type of a model's input, but for its shape. */
function asInput(write: GraphWriter, tensor: Tensor, wanted: Tensor, asTheyAre: boolean): Tensor {
  const { quantization, dtype } = wanted;
  if (asTheyAre && tensor.dtype === dtype) {
    const output = quantization === undefined ? {} : { quantization };
    return write.node(reshape, { shape: tensor.shape }, [tensor], { output });
  }
  const real = asReal(write, tensor);
  if (dtype === "float32") return real;
  if (quantization === undefined) return write.node(cast, { to: dtype }, [real]);
  return write.node(quantize, {}, [real], { output: { dtype, quantization } });
}

/** The stretch of time that an input of so many elements holds, and from one inference to the next: in runs of what it is given. */
function strideOf(
  config: Config,
  { signal }: Features | Samples,
  whole: number,
  keepsState: boolean,
  runSeconds: number,
  at: string,
): number {
  const seconds = signal.period * runSeconds;
  if (config.every === undefined) return keepsState ? whole : 1;
  const count = secondsOf(config.every, `${at}.every`) / seconds;
  if (Math.abs(count - Math.round(count)) > 1e-6 || count < 1)
    refuseApplication(
      `${at}.every`,
      `${config.every}; a multiple of ${millisecondsText(seconds)} is expected, in which its input comes`,
    );
  return Math.round(count);
}

/**
 * A trained model on the last features or samples. The first axes of its one input are time: as many vectors of features as it takes.
 * Its first output, dequantized, are the scores.
 */
export const model: StageKind<typeof schema> = {
  schema,
  stride: ({ every }, rate, at) =>
    every === undefined ? undefined : countOf(every, rate, `${at}.every`, "samples"),
  models: ["file"],
  after: ({ when }) => (when === undefined ? [] : [when]),
  compile(config, { graph, name, at, runSeconds, input, model, activity }) {
    const given = input("features", "samples");
    const own = model(config.file);
    const { inputs, outputs } = endsOf(own);
    const [wanted] = inputs;
    if (wanted === undefined || inputs.length !== 1)
      return refuseApplication(`${at}.file`, `the model has ${inputs.length} inputs; one is expected`);
    const [atOnce, taken] = [elementCount(given.signal.tensor.shape), elementCount(wanted.shape)];
    if (taken % atOnce !== 0 && given.kind === "features")
      refuseApplication(
        `${at}.file`,
        `the model takes ${taken} numbers, no multiple of the ${atOnce} that "${config.from}" gives`,
      );
    if (given.kind === "samples" && taken % given.channels !== 0)
      refuseApplication(
        `${at}.file`,
        `the model takes ${taken} numbers, no multiple of the ${given.channels} channels that "${config.from}" has`,
      );
    const gate = config.when === undefined ? [] : [activity(config.when, `${at}.when`)];
    const asTheyAre = given.kind === "features" && given.asTheyAre === true;
    const write = graph.writer(`${name} input`);
    const typed = graph.under(given.signal.when, () =>
      asInput(write, given.signal.tensor, wanted, asTheyAre),
    );
    const whole = Math.max(1, Math.floor(taken / atOnce));
    const stride = strideOf(config, given, whole, (own.variables ?? []).length > 0, runSeconds, at);
    const framed = framesOf(
      graph,
      { ...given.signal, tensor: typed },
      { frame: taken, stride: stride * atOnce, shape: wanted.shape },
      `${name} input`,
    );
    const when = [...framed.when, ...gate];
    const scores = graph.under(when, () => {
      const [output] = graph.embed(own, [framed.tensor], name);
      const real = asReal(graph.writer(`${name} scores`), output as Tensor);
      const flat = reshaped(graph.writer(`${name} scores`), real, [elementCount(real.shape)]);
      if (config.score === "outputs") return flat;
      const read = reshaped(graph.writer(`${name} input`), asReal(write, framed.tensor), [taken]);
      if (elementCount(flat.shape) !== taken)
        refuseApplication(
          `${at}.score`,
          `the model gives ${elementCount(flat.shape)} numbers for ${taken}; as many are expected of a reconstruction`,
        );
      const squares = graph
        .writer(`${name} error`)
        .node(squaredDifference, { activation: "none" }, [read, flat]);
      return graph.writer(`${name} error`).node(mean, { axes: [0], keepDims: true }, [squares]);
    });
    const classes = config.classes ?? (config.score === "outputs" ? outputs[0]?.labels : undefined);
    const count = elementCount(scores.shape);
    if (config.classes !== undefined && config.classes.length !== count)
      refuseApplication(`${at}.classes`, `${config.classes.length} names for ${count} scores`);
    return {
      kind: "scores",
      signal: { tensor: scores, when, period: framed.period },
      ...(classes === undefined ? {} : { classes }),
    };
  },
};
