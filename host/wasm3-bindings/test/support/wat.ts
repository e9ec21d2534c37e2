import initialise from "wabt";

const wabt = await initialise();
const features = {
  simd: true,
  threads: true,
  bulk_memory: true,
  reference_types: true,
  multi_value: true,
  tail_call: true,
  sign_extension: true,
  sat_float_to_int: true,
  exceptions: true,
};

/** The binary of a module in WebAssembly's text format. */
export function wat(text: string): Uint8Array {
  const module = wabt.parseWat("test.wat", text, features);
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}
