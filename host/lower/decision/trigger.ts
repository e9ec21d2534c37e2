import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { triggerParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import {
  type TriggerAttributes,
  triggerLevelsAt,
  triggerRuleBytes,
  triggerRules,
} from "../../ops/decision/trigger.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

const ruleBytes = triggerRuleBytes;

/** Events of scores. */
export const trigger: Lowering<TriggerAttributes> = {
  operator: "trigger",
  dtypes: ["float32"],
  constantInputs: () => [1, 2],
  scratchBytes: () => [Math.max(ruleBytes, blockBytes(triggerParameters))],
  emit(node, placement) {
    const { rules, classes } = triggerRules(node);
    const table = new DataView(new ArrayBuffer(rules.length * ruleBytes));
    for (const [i, { class: number, on, off, hold, release, refractory }] of rules.entries()) {
      table.setInt32(i * ruleBytes, number, true);
      for (const [part, level] of [on, off].entries())
        table.setFloat32(i * ruleBytes + triggerLevelsAt + 4 * part, level, true);
      for (const [part, time] of [hold, release, refractory].entries())
        table.setInt32(i * ruleBytes + 12 + 4 * part, time, true);
    }
    const values = {
      work: signalWorks.trigger,
      scores: placement.inputs[0] as number,
      events: placement.outputs[0] as number,
      active: placement.outputs[1] as number,
      levels: placement.outputs[2] as number,
      state: placement.variables[0] as number,
      scratch: placement.scratch,
      weights: placement.weights(new Uint8Array(table.buffer), 1),
      count: rules.length,
      classes,
      highest: node.attributes.highest,
      together: node.attributes.together ? 1 : 0,
    };
    const kernel = {
      name: "triggerFloat32",
      parameters: triggerParameters,
      accelerator: accelerators.signal,
    };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
