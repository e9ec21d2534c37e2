import type { Device } from "../device/device.js";
import { WasmoteError } from "../errors.js";
import type { AppHistogram, AppSection } from "../package/app.js";
import { table } from "../table.js";
import { percent, thousands } from "./figures.js";
import type { Output } from "./output.js";

/** A bin of a histogram: from a number on, up to another; null where there is no end. */
interface Bin {
  from: number | null;
  to: number | null;
  count: number;
}

function binsOf({ bounds }: AppHistogram, counts: readonly number[]): Bin[] {
  return counts.map((count, i) => ({ from: bounds[i - 1] ?? null, to: bounds[i] ?? null, count }));
}

/**
 * Prints how often each event began, and the application's histograms.
 *
 * @throws `board-not-shared` where the application shares neither
 */
export async function printSummary(
  device: Device,
  { events, share, histograms = [] }: AppSection,
  json: boolean,
  output: Output,
): Promise<void> {
  if (!share.counters && histograms.length === 0)
    throw new WasmoteError("board-not-shared", `${device.name}: counters, histograms`);
  const { runs, overruns, events: counts } = await device.application();
  const counted = share.counters ? events.map((event, i) => ({ event, count: counts?.[i] ?? 0 })) : [];
  const found = await device.histograms(histograms.map(({ bounds }) => bounds.length + 1));
  const told = histograms.map((histogram, i) => ({
    of: histogram.name,
    bins: binsOf(histogram, found[i] as number[]),
  }));
  if (json) {
    output.json({ runs, overruns, events: counted, histograms: told });
    return;
  }
  const width = { width: output.width, heading: output.styles.dim };
  const right = { align: "right" } as const;
  output.data([
    `${thousands(runs)} runs, ${thousands(overruns)} lost`,
    ...(counted.length === 0
      ? []
      : table(
          [
            { heading: "event", align: "left" },
            { heading: "times", ...right },
          ],
          counted.map(({ event, count }) => [event, thousands(count)]),
          width,
        )),
    ...told.flatMap(({ of, bins }) => {
      const all = bins.reduce((sum, { count }) => sum + count, 0);
      const shown = bins.filter(({ count }) => count > 0);
      return [
        "",
        `${of}: ${thousands(all)} runs counted`,
        ...table(
          [
            { heading: "from", ...right },
            { heading: "to", ...right },
            { heading: "runs", ...right },
            { heading: "", ...right },
          ],
          shown.map(({ from, to, count }) => [
            from === null ? "" : String(Number(from.toPrecision(6))),
            to === null ? "" : String(Number(to.toPrecision(6))),
            thousands(count),
            percent(count, all),
          ]),
          width,
        ),
      ];
    }),
  ]);
}
