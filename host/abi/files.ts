import { accelerators } from "./accelerators.js";
import { blocks } from "./parameters.js";
import { writeAssembly } from "./write-assembly.js";
import { writeHeader } from "./write-header.js";

/** Files that say in another language what this folder says, by their paths in the project. */
export const abiFiles: Readonly<Record<string, string>> = {
  "assembly/parameters.ts": writeAssembly(blocks),
  "boards/abi/abi.h": writeHeader(accelerators),
};
