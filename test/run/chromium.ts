import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

const names = ["chromium", "chromium-browser", "google-chrome"];
const found = names.find((name) => spawnSync(name, ["--version"]).status === 0);
if (found === undefined) console.error(`SKIPPED: the tests in a browser, for want of ${names.join(", ")}`);

/** Program of the browser on this machine; undefined, said aloud, where there is none. */
export const chromium = found;

const flags = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-breakpad"],
  "--remote-debugging-pipe",
];
const patienceMs = 30_000;

/** A browser that was started here. */
export interface Browser {
  /** Opens an address in a page of its own, without a network if it is to be offline, and waits until it is loaded. */
  open(url: string, options?: { offline?: boolean }): Promise<Page>;
  /** Ends the browser with all of its processes, and removes its profile. */
  close(): Promise<void>;
}

/** A page of a browser. */
export interface Page {
  /** Chooses files in the page's `<input type=file>` of that selector, as a user does. */
  pick(selector: string, paths: readonly string[]): Promise<void>;
  /** The value of an expression in the page, once it is there if it is a promise. */
  evaluate<T>(expression: string): Promise<T>;
  /** Asks the page's DevTools for something else: method, and what it answers. */
  ask<T>(method: string, params?: object): Promise<T>;
  /** What the page has complained of until now: errors of scripts, of its policy, of what it could not load. */
  readonly complaints: readonly string[];
}

type Send = <Result>(method: string, params?: object, sessionId?: string) => Promise<Result>;

/** What the browser tells unasked. */
interface Event {
  method: string;
  sessionId?: string;
  params: {
    entry?: { level: string; text: string };
    exceptionDetails?: object;
    type?: string;
    args?: object;
  };
}

interface Evaluated<Value> {
  result: { value: Value };
  exceptionDetails?: object;
}

/** Speaks the DevTools protocol over the browser's pipes: JSON texts, each ended by a zero byte. */
function connect(browser: ChildProcess, onEvent: (event: Event) => void): Send {
  const [requests, answers] = [browser.stdio[3] as Writable, browser.stdio[4] as Readable];
  const waiting = new Map<number, { resolve(result: never): void; reject(error: Error): void }>();
  let [last, unread] = [0, ""];
  answers.setEncoding("utf8").on("data", (text: string) => {
    const messages = (unread + text).split("\0");
    unread = messages.pop() as string;
    for (const message of messages.map((text) => JSON.parse(text))) {
      const { id, result, error } = message;
      if (id === undefined) onEvent(message);
      else if (error === undefined) waiting.get(id)?.resolve(result as never);
      else waiting.get(id)?.reject(new Error(error.message));
      waiting.delete(id);
    }
  });
  let over: Error | undefined;
  const end = (reason: string) => () => {
    over ??= new Error(reason);
    for (const { reject } of waiting.values()) reject(over);
    waiting.clear();
  };
  requests.on("error", end("the browser does not listen"));
  browser.on("error", end("the browser did not start")).on("exit", end("the browser ended"));
  return async (method, params = {}, sessionId = undefined) => {
    if (over !== undefined) throw over;
    const id = ++last;
    const answer = new Promise<never>((resolve, reject) => waiting.set(id, { resolve, reject }));
    const late = delay(patienceMs, undefined, { ref: false }).then(() => {
      throw new Error(`${method} took too long`);
    });
    requests.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return Promise.race([answer, late]);
  };
}

/** Ends the browser and all of its processes: it is asked to, and killed where it lingers. */
async function endAll(browser: ChildProcess, send: Send): Promise<void> {
  if (browser.pid === undefined) return;
  if (browser.exitCode === null && browser.signalCode === null) {
    const exited = once(browser, "exit");
    send("Browser.close").catch(() => undefined);
    await Promise.race([exited, delay(5_000, undefined, { ref: false })]);
  }
  try {
    process.kill(-browser.pid, "SIGKILL");
  } catch {
    // The group is gone: all have ended.
  }
}

/** Starts a browser. Whoever does closes it, whatever happens. */
export function startBrowser(): Browser {
  const profile = mkdtempSync(join(tmpdir(), "wasmote-browser-"));
  const browser = spawn(chromium as string, [...flags, `--user-data-dir=${profile}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  const complaints = new Map<string | undefined, string[]>();
  const send = connect(browser, ({ method, sessionId, params: { entry, exceptionDetails, type, args } }) => {
    const isLogged = method === "Log.entryAdded" && entry?.level === "error";
    const isThrown = method === "Runtime.exceptionThrown";
    const isWritten = method === "Runtime.consoleAPICalled" && type === "error";
    if (!isLogged && !isThrown && !isWritten) return;
    complaints.get(sessionId)?.push(entry?.text ?? JSON.stringify(exceptionDetails ?? args));
  });
  return {
    async open(url, { offline = false } = {}) {
      const { targetId } = await send<{ targetId: string }>("Target.createTarget", { url: "about:blank" });
      const target = { targetId, flatten: true };
      const { sessionId } = await send<{ sessionId: string }>("Target.attachToTarget", target);
      complaints.set(sessionId, []);
      const page = pageOf(
        (method, params) => send(method, params, sessionId),
        complaints.get(sessionId) as string[],
      );
      for (const domain of ["Log", "Runtime"]) await send(`${domain}.enable`, {}, sessionId);
      if (offline) {
        await send("Network.enable", {}, sessionId);
        const nothing = { latency: 0, downloadThroughput: 0, uploadThroughput: 0 };
        await send("Network.emulateNetworkConditions", { offline, ...nothing }, sessionId);
      }
      await send("Page.navigate", { url }, sessionId);
      await page.evaluate(
        `new Promise((done) => document.readyState === "complete" ? done() : addEventListener("load", done))`,
      );
      return page;
    },
    async close() {
      await endAll(browser, send);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function pageOf(send: Send, complaints: readonly string[]): Page {
  return {
    complaints,
    ask: (method, params) => send(method, params),
    async evaluate<Value>(expression: string) {
      const options = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = await send<Evaluated<Value>>("Runtime.evaluate", options);
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return result.value;
    },
    async pick(selector, files) {
      const { root } = await send<{ root: { nodeId: number } }>("DOM.getDocument");
      const query = { nodeId: root.nodeId, selector };
      const { nodeId } = await send<{ nodeId: number }>("DOM.querySelector", query);
      await send("DOM.setFileInputFiles", { nodeId, files });
    },
  };
}
