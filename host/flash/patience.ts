/** How long what takes its time is waited for. */
export interface Patience {
  /** Between two looks, in milliseconds. */
  pollMillis: number;
  /** What each length of time is multiplied by. */
  scale: number;
}

export const defaultPatience: Patience = { pollMillis: 100, scale: 1 };

/** Looks until it is so. False where it is not within that time, in milliseconds. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  { pollMillis, scale }: Patience,
  withinMillis: number,
): Promise<boolean> {
  const end = Date.now() + withinMillis * scale;
  for (;;) {
    if (await isSo()) return true;
    if (Date.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, pollMillis));
  }
}
