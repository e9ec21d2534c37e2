/**
 * Copies what the tarball needs and the repository does not hold into the package, before npm packs it:
 * wasm3's sources with their licence, the C files shared with the boards, the repository's
 * licence. `--remove` takes them and the prebuilt addons away again.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  nativeSourceFiles,
  nativeSources,
  packageFolder,
  sharedSources,
  wasm3Licence,
} from "../src/sources.ts";

for (const name of [...sharedSources, "prebuilds", "LICENSE"]) {
  rmSync(join(packageFolder, name), { recursive: true, force: true });
}

if (!process.argv.includes("--remove")) {
  const licence = wasm3Licence();
  for (const name of sharedSources) {
    const [from, files, to] = [nativeSources(name), nativeSourceFiles(name), join(packageFolder, name)];
    for (const file of files) {
      mkdirSync(dirname(join(to, file)), { recursive: true });
      copyFileSync(join(from, file), join(to, file));
    }
  }
  writeFileSync(join(packageFolder, "wasm3", "LICENSE"), licence);
  copyFileSync(join(packageFolder, "..", "..", "LICENSE"), join(packageFolder, "LICENSE"));
}
