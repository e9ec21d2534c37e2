import { spawnSync } from "node:child_process";
import { temporaryFolder } from "../../../host/tools/ending.js";
import { compilePowerCuts, geometries, tornKinds } from "./power-cuts.js";

/** Logs that are nearly full: with room for 0 to 5 records. */
const fills = 6;

/** The long run of power-cuts.test.ts. An argument chooses the kinds of flash whose name holds it. */
const chosen = geometries.filter(({ name }) => name.includes(process.argv[2] ?? ""));
const folder = temporaryFolder("power-cuts");
try {
  const { programs, updates } = compilePowerCuts(chosen, folder.path);
  for (const { name, long } of chosen) {
    console.log(`${name}:`);
    const numbers = [long, tornKinds, fills].map(String);
    const { status } = spawnSync(programs.get(name)!, [updates, ...numbers], { stdio: "inherit" });
    if (status !== 0) {
      process.exitCode = 1;
      break;
    }
  }
} finally {
  folder.remove();
}
