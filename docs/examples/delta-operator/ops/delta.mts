import type { DefineOperator, Lowering, Operator } from "wasmote/operators";

/**
 * The custom TFLite operator "Delta": each element less the one before it, row by row; the first of a row is 0. int8 of
 * one scale and zero point, or float32.
 */
const define: DefineOperator = ({
  block,
  blockBytes,
  callKernel,
  elementCount,
  int8Parameters,
  requireThat,
}) => {
  const parameters = block("DeltaParameters", "Differences along rows.", {
    input: "address",
    output: "address",
    rows: "int32",
    length: { type: "int32", note: "Elements of a row." },
    zeroPoint: "int32",
  });

  const operator: Operator = {
    name: "delta",
    quantization: { output: "as-input" },
    infer({ inputs: [input], outputs }) {
      if (input === undefined) throw new Error("the file has no input");
      requireThat(input.shape.length > 0, "the input is a scalar; a row is expected");
      if (input.dtype === "int8") {
        const from = int8Parameters(input);
        for (const output of outputs) {
          const to = int8Parameters(output);
          requireThat(
            from.scale === to.scale && from.zeroPoint === to.zeroPoint,
            "the output's scale and zero point differ from the input's",
          );
        }
      } else requireThat(input.dtype === "float32", `input is ${input.dtype}; int8 or float32 is expected`);
      return [{ dtype: input.dtype, shape: input.shape }];
    },
    macs: () => 0,
    reference({ inputs: [input] }, [values]) {
      const length = input?.shape.at(-1) ?? 1;
      return [
        Float32Array.from(values ?? [], (value, i) =>
          i % length === 0 ? 0 : value - (values?.[i - 1] ?? 0),
        ),
      ];
    },
  };

  const lowering: Lowering = {
    operator: "delta",
    scratchBytes: () => [blockBytes(parameters)],
    emit({ inputs: [input] }, placement) {
      const shape = input?.shape ?? [];
      const length = shape.at(-1) ?? 1;
      const values = {
        input: placement.inputs[0] ?? 0,
        output: placement.outputs[0] ?? 0,
        rows: elementCount(shape) / length,
        length,
        zeroPoint: input === undefined ? 0 : int8Parameters(input).zeroPoint,
      };
      return [callKernel({ name: "deltaInt8", parameters }, values, placement.scratch, placement)];
    },
  };

  const tflite = [
    {
      builtin: "CUSTOM:Delta",
      optionsType: 0,
      maxVersion: 1,
      read: () => ({ operator: "delta", attributes: {} }),
    },
  ];
  return { operator, lowering, tflite, parameters: [parameters] };
};

export default define;
