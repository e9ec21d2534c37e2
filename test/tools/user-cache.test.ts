import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { userCache } from "../../host/tools/user-cache.js";

const { XDG_CACHE_HOME, HOME } = process.env;
const restore = (name: string, value: string | undefined): void => {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
};

test.after.each(() => {
  restore("XDG_CACHE_HOME", XDG_CACHE_HOME);
  restore("HOME", HOME);
});

test("the cache is where XDG's specification has it, and relative paths are ignored", () => {
  process.env.XDG_CACHE_HOME = "/somewhere/cache";
  assert.is(userCache(), join("/somewhere/cache", "wasmote"));
  for (const ignored of ["", "relative", "./cache"]) {
    process.env.XDG_CACHE_HOME = ignored;
    assert.is(userCache(), join(homedir(), ".cache", "wasmote"), ignored);
  }
});

test("a home that is no absolute path is none", () => {
  delete process.env.XDG_CACHE_HOME;
  process.env.HOME = "home";
  assert.is(userCache(), undefined);
});

test.run();
