import { spawnSync } from "node:child_process";
import { withNativeProgram } from "./compile.js";
import { geometries, powerCutsProgram, tornKinds } from "./power-cuts.js";

/** The long run of power-cuts.test.ts. An argument chooses the kinds of flash whose name holds it. */
for (const of of geometries.filter(({ name }) => name.includes(process.argv[2] ?? ""))) {
  console.log(`${of.name}:`);
  const status = withNativeProgram(
    powerCutsProgram(of),
    (file) => spawnSync(file, [String(of.long), String(tornKinds), "6"], { stdio: "inherit" }).status,
  );
  if (status !== 0) process.exit(1);
}
