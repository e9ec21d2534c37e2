/** Four loops. */
export const counts = { count0: "int32", count1: "int32", count2: "int32", count3: "int32" } as const;

/** What integer outputs are limited to. */
export const range = { low: "int32", high: "int32" } as const;

/** One output element for each input element. */
export const map = { input: "address", output: "address", elements: "int32" } as const;

/** What the accelerator of several kernels does with the block. */
export const work = { type: "int32", note: "Which of `signalWorks` it is." } as const;
