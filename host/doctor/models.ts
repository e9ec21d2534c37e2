import type { Finding } from "./findings.js";
import type { Machine } from "./machine.js";
import { asRoot } from "./mend.js";

/** The oldest Node that wasmote runs on, as package.json's "engines" says. */
export const oldestNode = 20;

/** What building and running models takes: Node, and wasm3's addon. */
export async function checkModels(machine: Machine): Promise<Finding[]> {
  return [nodeFinding(machine), await wasm3Finding(machine)];
}

/** Whether Node is new enough. */
export function nodeSuffices({ nodeVersion }: Machine): boolean {
  return Number.parseInt(nodeVersion, 10) >= oldestNode;
}

function nodeFinding(machine: Machine): Finding {
  const found = {
    room: "models",
    what: "node",
    detail: machine.nodeVersion,
    neededFor: "all that wasmote does",
  } as const;
  if (nodeSuffices(machine)) return { ...found, state: "ok" };
  return {
    ...found,
    state: "missing",
    detail: `${machine.nodeVersion}; it must be ${oldestNode} or newer`,
    mend: nodeCommand(machine),
  };
}

/** Distributions of Linux have Nodes of any age: there Node's own page is the way. */
function nodeCommand({ platform, find }: Machine): string {
  if (platform === "win32") return "winget install OpenJS.NodeJS.LTS";
  return platform === "darwin" || find("brew") !== undefined
    ? "brew install node"
    : "https://nodejs.org/en/download";
}

async function wasm3Finding(machine: Machine): Promise<Finding> {
  const found = { room: "models", what: "wasm3", neededFor: "run and bench without a board" } as const;
  try {
    await machine.prepareWasm3();
    return { ...found, state: "ok" };
  } catch (error) {
    return {
      ...found,
      state: "optional",
      detail: `${firstLine(error)}; --on node does without`,
      ...compiler(machine),
    };
  }
}

function compiler(machine: Machine): Pick<Finding, "mend"> {
  if (machine.platform === "darwin") return { mend: "xcode-select --install" };
  if (machine.platform === "win32") return { mend: "wsl --install" };
  if (machine.find("apt-get") === undefined) return {};
  return { mend: asRoot(machine, "apt-get install gcc libc6-dev") };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] as string;
}
