import type { TensorIndex } from "../../../graph/node.js";
import { fullyConnected } from "../../../ops/matrix/fully-connected.js";
import type { KerasWeight } from "../container.js";
import { readActivation } from "./activation.js";
import type { LayerMapping } from "./mapping.js";

function transposed({ shape, values }: KerasWeight): Float32Array {
  const [inputs, outputs] = shape as [number, number];
  const out = new Float32Array(values.length);
  for (let k = 0; k < inputs; k++) {
    for (let n = 0; n < outputs; n++) out[n * inputs + k] = values[k * outputs + n] as number;
  }
  return out;
}

/** Dense layers, along the last axis of an input of any rank. */
export const denseLayers: readonly LayerMapping[] = [
  {
    classNames: ["Dense"],
    read(config) {
      config.plainKernel();
      const units = config.integer("units", 1);
      const useBias = config.flag("use_bias", true);
      const activation = readActivation(config);
      return (builder) => {
        const input = builder.inputs[0] as TensorIndex;
        const inputs = builder.shape(input).at(-1) as number;
        const [kernel, bias] = builder.weights([
          { name: "kernel", shape: [inputs, units] },
          ...(useBias ? [{ name: "bias", shape: [units] }] : []),
        ]) as [KerasWeight, KerasWeight | undefined];
        const weights = builder.constant("kernel", [units, inputs], () => transposed(kernel));
        const offset = bias === undefined ? -1 : builder.constant("bias", [units], () => bias.values);
        const attributes = { activation: activation.fused, keepAxes: true };
        const output = builder.node(fullyConnected, attributes, [input, weights, offset]);
        return activation.apply(builder, output, String(config.raw("activation")));
      };
    },
  },
];
