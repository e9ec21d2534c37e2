/**
 * Padding with a constant, int8, up to five axes.
 *
 * input  [shape] int8
 * output [shape, each axis longer by what is put before and after it] int8, of the input's scale and zero point
 *
 *   output[i] = input[i - before] where that lies inside the input, else value
 *
 * The host joins neighbouring axes that are not padded into runs of `run` bytes, in four loops. A gap is what lies in
 * the output between two bodies of that loop, over the gaps within. No accumulator.
 * Source: TFLite reference kernel `reference_ops::Pad`.
 */
export function padInt8(
  input: usize, output: usize, outputBytes: i32, start: i32, value: i32, run: i32,
  count0: i32, count1: i32, count2: i32, count3: i32, gap0: i32, gap1: i32, gap2: i32, gap3: i32,
): void {
  memory.fill(output, <u8>value, outputBytes);
  output += start;
  for (let i = 0; i < count0; i++, output += gap0) {
    for (let j = 0; j < count1; j++, output += gap1) {
      for (let k = 0; k < count2; k++, output += gap2) {
        for (let l = 0; l < count3; l++, input += run, output += run + gap3) memory.copy(output, input, run);
      }
    }
  }
}
