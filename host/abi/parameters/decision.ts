import { block } from "../block.js";
import { work } from "./fields.js";

export const triggerParameters = block("TriggerParameters", "Events of scores that pass levels.", {
  work,
  scores: "address",
  events: "address",
  active: "address",
  state: { type: "address", note: "The variable: three int32 of each class." },
  scratch: "address",
  weights: { type: "weights", note: "Two float32 and three int32 of each class: its levels and its times." },
  classes: "int32",
  highest: { type: "int32", note: "Whether the class with the highest score alone may begin." },
  together: {
    type: "int32",
    note: "Whether an event keeps all classes from beginning for its refractory time.",
  },
});
