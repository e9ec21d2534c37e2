/**
 * Compiles the addons that the tarball carries, into `prebuilds/<target>/`: this machine's, and on Linux those that a
 * cross compiler is installed for. What is left out is said aloud; there it is compiled when it is first used.
 */
import { join } from "node:path";
import { addonFile, type CompileOptions, compileAddon } from "../src/compile.ts";
import { addonTarget } from "../src/load-addon.ts";
import { packageFolder } from "../src/sources.ts";

interface Prebuild extends CompileOptions {
  target: string;
}

/** Debian's cross compilers, for the machines on which Node runs on Linux besides. */
const crossCompilers: Readonly<Record<string, { arch: string; program: string }>> = {
  "linux-x64": { arch: "x64", program: "x86_64-linux-gnu-gcc" },
  "linux-arm64": { arch: "arm64", program: "aarch64-linux-gnu-gcc" },
};

function prebuilds(): Prebuild[] {
  const own = addonTarget();
  const others = Object.entries(crossCompilers).filter(
    ([target]) => own.startsWith("linux-") && target !== own,
  );
  return [
    { target: own },
    ...others.map(([target, { arch, program }]) => ({ target, arch, compiler: [program] })),
  ];
}

for (const { target, ...options } of prebuilds()) {
  const file = join(packageFolder, "prebuilds", target, addonFile(options.arch));
  try {
    compileAddon(file, { ...options, strip: process.platform === "linux" });
  } catch (error) {
    console.error(`SKIPPED: the prebuilt addon for ${target}: ${(error as Error).message}`);
  }
}
