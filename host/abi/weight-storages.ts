/** How weights lie in the weights section, or that they do not: by number. Those after "memory" have fewer than 8 bits. */
export const weightStorages = [
  "as-computed",
  "float16",
  "int8",
  "memory",
  "int4",
  "int4-groups",
  "table16",
  "table4",
] as const;
