/**
 * Builds the addon with the node-gyp that npm brings. Node's own headers are used where the installation has
 * them, so that nothing is downloaded.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageFolder } from "./native-sources.mjs";

const command = ["rebuild"];
const prefix = dirname(dirname(process.execPath));
if (existsSync(join(prefix, "include", "node", "node_api.h"))) command.push(`--nodedir=${prefix}`);

const nodeGyp = process.env.npm_config_node_gyp;
const { status, error } = nodeGyp
  ? spawnSync(process.execPath, [nodeGyp, ...command], { cwd: packageFolder, stdio: "inherit" })
  : spawnSync("node-gyp", command, {
      cwd: packageFolder,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
if (error)
  console.error(
    `wasm3-bindings: node-gyp cannot be run (${error.message}). Build with: npm rebuild wasm3-bindings`,
  );
process.exit(status ?? 1);
