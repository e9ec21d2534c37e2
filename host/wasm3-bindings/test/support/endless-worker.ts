import { parentPort } from "node:worker_threads";
import { load } from "../../src/index.ts";
import { wat } from "./wat.ts";

let calls = 0;
load(wat('(module (import "a" "f" (func $f)) (func (export "run") (loop call $f br 0)))'), {
  imports: {
    a: {
      f: () => {
        if (++calls === 1000) parentPort?.postMessage("running");
      },
    },
  },
}).call("run");
