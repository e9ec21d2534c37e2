import type { Graph } from "../../host/graph/graph.js";
import { planMemory } from "../../host/plan/plan.js";
import type { Plan } from "../../host/plan/types.js";
import { checkPlan } from "./check-plan.js";
import { anyLowering } from "./graphs.js";

/** The plan of a graph of any operators, checked. */
export function planned(graph: Graph): Plan {
  const plan = planMemory(graph, anyLowering);
  checkPlan(graph, plan);
  return plan;
}
