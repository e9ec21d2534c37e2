/**
 * Reshape where the output could not take over the input's memory: a copy.
 *
 * input, output: `bytes` bytes of any dtype, which do not overlap
 *
 *   output[i] = input[i]
 *
 * No accumulator.
 * Source: TFLite reference kernel `Reshape`.
 */
export function reshape(input: usize, output: usize, bytes: usize): void {
  memory.copy(output, input, bytes);
}
