/** How weights lie in the weights section, or that they do not: by number. */
export const weightStorages = ["as-computed", "float16", "int8", "int4", "memory"] as const;
