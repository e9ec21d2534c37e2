import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../host/tools/kernel-sources.js";

/** Where Debian's package puts the suite. */
const installed = "/usr/share/libonnx-testdata/data";

/**
 * The folder of ONNX's backend tests as Debian's `libonnx-testdata` has them: the installed one, or the package's content
 * below `.cache`, which is downloaded from Debian where there is `apt-get` (no rights are needed). Undefined where neither
 * can be had.
 */
export function findSuite(): string | undefined {
  if (existsSync(installed)) return installed;
  const cache = join(packageRoot, ".cache", "libonnx-testdata");
  const data = join(cache, installed);
  if (existsSync(data)) return data;
  mkdirSync(cache, { recursive: true });
  spawnSync("apt-get", ["download", "libonnx-testdata"], { cwd: cache });
  const archive = readdirSync(cache).find((file) => file.endsWith(".deb"));
  if (archive !== undefined) spawnSync("dpkg-deb", ["-x", archive, "."], { cwd: cache });
  return existsSync(data) ? data : undefined;
}
