import { block } from "../block.js";
import { work } from "./fields.js";

export const triggerParameters = block("TriggerParameters", "Events of scores that pass levels.", {
  work,
  scores: "address",
  events: "address",
  active: "address",
  levels: "address",
  state: { type: "address", note: "The variable: three int32 of each event." },
  scratch: "address",
  weights: {
    type: "weights",
    note: "Of each event the number of its class, two float32, its levels, and three int32, its times.",
  },
  count: { type: "int32", note: "Events." },
  classes: "int32",
  highest: { type: "int32", note: "How many classes with the highest scores may begin; 0 for all." },
  together: {
    type: "int32",
    note: "Whether an event keeps all events from beginning for its refractory time.",
  },
});
