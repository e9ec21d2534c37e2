/** Alignment of every variable in linear memory, that of the widest element. */
export const variableAlignment = 8;
