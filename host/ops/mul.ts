import { mulParameters } from "../abi/parameters.js";
import { elementwise } from "./elementwise.js";
import { requireThat } from "./operator.js";
import { int8ActivationRange, int8Parameters, quantizeMultiplier } from "./requantization.js";

/** Left shift of a product of two 9-bit factors up to which int32 cannot overflow. */
const maxLeftShift = 14;

/** Elementwise product of two tensors, with broadcasting and a fused activation. */
export const mul = elementwise({
  name: "mul",
  builtin: "MUL",
  optionsType: 21,
  maxVersion: 7,
  compute: (first, second) => first * second,
  kernel(first, second, output, activation) {
    const [a, b, to] = [first, second, output].map(int8Parameters) as [Parameters, Parameters, Parameters];
    const { multiplier, shift } = quantizeMultiplier((a.scale * b.scale) / to.scale);
    requireThat(
      shift <= maxLeftShift,
      `the output's scale ${to.scale} is too small beside the product of the inputs' ${a.scale} and ${b.scale}`,
    );
    const { low, high } = int8ActivationRange(activation, output);
    return {
      same: "mulInt8",
      broadcast: "mulBroadcastInt8",
      parameters: mulParameters,
      operands: ["first", "second"],
      swapped: false,
      constants: {
        firstZeroPoint: a.zeroPoint,
        secondZeroPoint: b.zeroPoint,
        multiplier,
        shift: -shift,
        outputZeroPoint: to.zeroPoint,
        low,
        high,
      },
    };
  },
});

type Parameters = ReturnType<typeof int8Parameters>;
