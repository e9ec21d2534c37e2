import { blockBytes } from "../../abi/block.js";
import { statisticsParameters } from "../../abi/parameters.js";
import {
  centredStatistics,
  type StatisticsAttributes,
  statisticNames,
  statisticsRows,
} from "../../ops/signal/statistics.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Statistics of channels over time. */
export const statistics: Lowering<StatisticsAttributes> = {
  operator: "statistics",
  dtypes: ["float32"],
  scratchBytes: () => [Math.max(blockBytes(statisticsParameters), statisticNames.length * 4)],
  emit(node, placement) {
    const { rows, time, channels } = statisticsRows(node);
    const { of } = node.attributes;
    const values = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      scratch: placement.scratch,
      rows,
      time,
      channels,
      isCentred: of.some((name) => centredStatistics.includes(name)) ? 1 : 0,
      chosen: of.reduceRight((packed, name) => packed * 16n + BigInt(statisticNames.indexOf(name) + 1), 0n),
    };
    const kernel = { name: "statisticsFloat32", parameters: statisticsParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
