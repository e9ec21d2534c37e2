/*
 * Run by StrykerJS in its copy of the project, before any test: makes the packages' folder known there, and writes
 * JavaScript beside all sources. All changes are in it; a variable of the environment chooses one, so that nothing is
 * compiled between them.
 */
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";

const [packages] = process.argv.slice(2);
symlinkSync(packages, "node_modules", "junction");
const options = ["-p", "tsconfig.json", "--noEmit", "false", "--noCheck", "--declaration", "false"];
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", ...options], { stdio: "inherit" });
