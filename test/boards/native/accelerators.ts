import { readdirSync } from "node:fs";
import { join } from "node:path";
import { boardsFolder, type NativeProgram, nativeFolder } from "./compile.js";

/** What the accelerators are compiled from on this machine, without an interpreter. */
export function acceleratorImports(): NativeProgram {
  const folder = join(boardsFolder, "accelerators");
  const own = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".c"),
  );
  return {
    sources: [join(nativeFolder, "accelerator_calls.c"), ...own.map((file) => join(folder, file))],
    folders: [folder],
  };
}
