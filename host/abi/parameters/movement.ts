import { block } from "../block.js";
import { counts, work } from "./fields.js";

const rows = {
  output: "address",
  rows: "int32",
  bytes: { type: "int32", note: "Bytes of a row." },
  stride: { type: "int32", note: "Bytes from one row of the output to the next." },
} as const;

export const copyRowsParameters = block(
  "CopyRowsParameters",
  "Rows of a tensor to their places in another.",
  {
    work,
    input: "address",
    ...rows,
  },
);

export const readRowsParameters = block("ReadRowsParameters", "Constant rows to their places in a tensor.", {
  weights: "weights",
  ...rows,
});

const padding = {
  input: "address",
  output: "address",
  outputBytes: "int32",
  start: { type: "int32", note: "Offset in the output of the input's first element." },
  value: "int32",
  run: { type: "int32", note: "Bytes that lie together in both." },
  ...counts,
  gap0: "int32",
  gap1: "int32",
  gap2: "int32",
  gap3: "int32",
} as const;

export const padParameters = block("PadParameters", "Padding with one byte.", padding);

export const padWideParameters = block("PadWideParameters", "Padding with elements of several bytes.", {
  ...padding,
  high: { type: "int32", note: "`value` and this are 8 bytes of elements." },
});

/** A loop of a walk that counts in its block: `left` begins as `count`. */
const loop = <const N extends number>(number: N) =>
  ({
    [`count${number}`]: "int32",
    [`step${number}`]: "int32",
    [`left${number}`]: "int32",
  }) as Readonly<Record<`${"count" | "step" | "left"}${N}`, "int32">>;

export const viewParameters = block(
  "ViewParameters",
  "A strided walk over a tensor: runs of units in up to six loops. A step is what the input's address advances by from " +
    "one body of that loop to the next, over what the loops within have added. The innermost loop is the first.",
  {
    input: "address",
    output: "address",
    unit: { type: "int32", note: "Bytes that are copied at once." },
    run: { type: "int32", note: "Units of a run." },
    step: { type: "int32", note: "Bytes from one unit of a run to the next in the input." },
    runs: "int32",
    ...loop(0),
    ...loop(1),
    ...loop(2),
    ...loop(3),
    ...loop(4),
    ...loop(5),
  },
);

export const updateSliceParameters = block(
  "UpdateSliceParameters",
  "A part of a tensor replaced at an index. Rows of the update in up to five loops, of which the innermost is the first; " +
    "limits are the highest starts of the axes, strides their bytes in the output.",
  {
    input: "address",
    update: "address",
    starts: "address",
    output: "address",
    outputBytes: "int32",
    indexBytes: "int32",
    axes: "int32",
    limit0: "int32",
    limit1: "int32",
    limit2: "int32",
    limit3: "int32",
    limit4: "int32",
    limit5: "int32",
    stride0: "int32",
    stride1: "int32",
    stride2: "int32",
    stride3: "int32",
    stride4: "int32",
    stride5: "int32",
    rowBytes: "int32",
    rows: "int32",
    ...loop(0),
    ...loop(1),
    ...loop(2),
    ...loop(3),
    ...loop(4),
  },
);

const gathered = {
  output: "address",
  indices: "address",
  indexBytes: "int32",
  batches: "int32",
  outer: {
    type: "int32",
    note: "Of the input, for each batch: what lies before the axes that indices name.",
  },
  positions: { type: "int32", note: "Indices of a batch." },
  bytes: { type: "int32", note: "Of the input, for each position: what lies behind those axes." },
  axes: { type: "int32", note: "Numbers of an index." },
  length0: "int32",
  length1: "int32",
  length2: "int32",
  length3: "int32",
  length4: "int32",
} as const;

export const gatherParameters = block("GatherParameters", "Parts of a tensor, by indices.", {
  input: "address",
  ...gathered,
});

export const gatherConstantParameters = block(
  "GatherConstantParameters",
  "Parts of a constant tensor, by indices.",
  { input: "weights", ...gathered },
);

const resized = {
  input: "address",
  output: "address",
  batches: "int32",
  inputHeight: "int32",
  inputWidth: "int32",
  outputHeight: "int32",
  outputWidth: "int32",
  channels: "int32",
} as const;

export const resizeParameters = block(
  "ResizeParameters",
  "Bilinear interpolation of integers. A place in the input is index * scale + offset, in 1024ths.",
  { ...resized, heightScale: "int32", widthScale: "int32", heightOffset: "int32", widthOffset: "int32" },
);

export const resizeFloatParameters = block(
  "ResizeFloatParameters",
  "Bilinear interpolation. A place in the input is (index + center) * scale - center.",
  { ...resized, heightScale: "float32", widthScale: "float32", center: "float32" },
);

export const resampleParameters = block("ResampleParameters", "One axis resampled.", {
  input: "address",
  output: "address",
  entries: { type: "weights", note: "Of each new index: where its first neighbour lies, and weights." },
  entryBytes: "int32",
  indices: "int32",
  outer: "int32",
  rowBytes: { type: "int32", note: "Bytes of the input's axis and of all within." },
  step: { type: "int32", note: "Bytes from one index of the axis to the next." },
});

/** Places that indices name: numbers of up to six axes, from a base that up to six loops over the indices advance. */
const indexedFields = {
  indices: "address",
  output: "address",
  indexBytes: "int32",
  positions: { type: "int32", note: "How many indices there are." },
  runBytes: { type: "int32", note: "Bytes that belong to a place." },
  axes: { type: "int32", note: "Numbers of an index." },
  length0: "int32",
  length1: "int32",
  length2: "int32",
  length3: "int32",
  length4: "int32",
  length5: "int32",
  stride0: "int32",
  stride1: "int32",
  stride2: "int32",
  stride3: "int32",
  stride4: "int32",
  stride5: "int32",
  ...loop(0),
  ...loop(1),
  ...loop(2),
  ...loop(3),
  ...loop(4),
  ...loop(5),
} as const;

export const gatherElementsParameters = block(
  "GatherElementsParameters",
  "Single elements of a tensor, by indices.",
  { input: "address", ...indexedFields },
);

export const scatterParameters = block(
  "ScatterParameters",
  "A tensor with updates at places that indices name.",
  {
    input: "address",
    updates: "address",
    ...indexedFields,
    outputBytes: "int32",
    reduction: { type: "int32", note: "0 adds, 1 multiplies, 2 and 3 take the smaller and the larger one." },
  },
);

export const gridSampleParameters = block(
  "GridSampleParameters",
  "Pixels of a picture at places that are computed.",
  {
    input: "address",
    grid: "address",
    output: "address",
    batches: "int32",
    inputHeight: "int32",
    inputWidth: "int32",
    channels: "int32",
    places: { type: "int32", note: "Of a batch." },
    taps: { type: "int32", note: "Pixels along an axis that a place is made of: 1, 2 or 4." },
    outside: { type: "int32", note: "0 of zeros, 1 of the last pixels, 2 of the picture mirrored." },
    alignCorners: "int32",
  },
);
