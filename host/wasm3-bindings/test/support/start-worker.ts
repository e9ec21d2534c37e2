import { Worker } from "node:worker_threads";

const bootstrap = `
const { workerData } = require("node:worker_threads");
import(workerData.loader).then(({ register }) => {
  register();
  return import(workerData.program);
});`;

/** Starts a TypeScript file of this folder in a worker with default limits; `data` is in workerData.data. */
export function startWorker(program: string, data?: unknown): Worker {
  return new Worker(bootstrap, {
    eval: true,
    execArgv: [],
    workerData: {
      loader: import.meta.resolve("tsx/esm/api"),
      program: new URL(program, import.meta.url).href,
      data,
    },
  });
}

/** The first message of a worker; rejects if it fails or ends before. */
export function firstMessage<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the worker exited with ${code}`)));
  });
}
