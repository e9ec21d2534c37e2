/** Alignment of every block of constants within the weights section. */
export const weightAlignment = 16;
