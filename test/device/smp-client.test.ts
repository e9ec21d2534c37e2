import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeFrames } from "../../host/device/frames.js";
import type { Message } from "../../host/device/smp.js";
import { type ClientOptions, SmpClient } from "../../host/device/smp-client.js";
import { errorOf } from "../error-of.js";
import { FakeLine } from "./fake-line.js";

const request = { what: "a question", operation: "write", group: 64, command: 2, payload: { q: 1 } } as const;

function connect(options: ClientOptions = {}) {
  const line = new FakeLine();
  return { line, client: new SmpClient(line, { timeoutMillis: 10_000, attempts: 2, ...options }) };
}

const foreign: Record<string, (asked: Message) => Partial<Message>> = {
  "of the request before": ({ sequence }) => ({ sequence: (sequence + 255) & 255 }),
  "of a later request": ({ sequence }) => ({ sequence: (sequence + 1) & 255 }),
  "to another command": () => ({ command: 3 }),
  "to another group": () => ({ group: 1 }),
  "to a read": () => ({ operation: 1 }),
  "that is a request itself": () => ({ operation: 2 }),
};

for (const [what, change] of Object.entries(foreign)) {
  test(`an answer ${what} is passed over, and the right one is taken`, async () => {
    const { line, client } = connect();
    line.onAsked = (asked) => {
      line.answer(asked, { from: "another" }, change(asked));
      line.answer(asked, { from: "the board" });
    };
    assert.equal(await client.request(request), { from: "the board" });
    assert.is(line.asked.length, 1);
  });
}

test("an answer that nobody waits for is passed over", async () => {
  const { line, client } = connect();
  line.answer({ operation: 2, group: 64, command: 2, sequence: 0, payload: {} }, { early: true });
  line.onAsked = (asked) => {
    line.answer(asked, { n: 1 });
    line.answer(asked, { n: 2 });
  };
  assert.equal(await client.request(request), { n: 1 });
  assert.equal(await client.request(request), { n: 1 });
});

test("what is asked is what was said, each with the next sequence number, from 255 on to 0", async () => {
  const { line, client } = connect();
  line.onAsked = (asked) => line.answer(asked, {});
  for (let i = 0; i < 300; i++)
    await client.request({ ...request, operation: i % 2 === 0 ? "read" : "write" });
  const [first] = line.asked as [Message];
  assert.equal(
    line.asked.map(({ sequence }) => sequence),
    line.asked.map((_, i) => (first.sequence + i) & 255),
  );
  assert.equal(
    { ...line.asked[1], sequence: 0 },
    { operation: 2, group: 64, command: 2, sequence: 0, payload: { q: 1 } },
  );
  assert.is(first.operation, 0);
});

test("a request is repeated with its sequence number, and no more often than it may be", async () => {
  const { line, client } = connect({ timeoutMillis: 5, attempts: 3 });
  const error = await errorOf(client.request(request));
  assert.is(error.code, "board-silent");
  assert.match(error.message, "no answer to a question within 0.005 s, 3 times");
  assert.match(error.message, "the fake line");
  assert.is(line.asked.length, 3);
  assert.is(new Set(line.asked.map(({ sequence }) => sequence)).size, 1);
  const once = await errorOf(client.request({ ...request, attempts: 1, timeoutMillis: 2 }));
  assert.match(once.message, /within 0\.002 s(?!,)/);
  assert.is(line.asked.length, 4);
});

test("the second attempt's answer is taken", async () => {
  const { line, client } = connect({ timeoutMillis: 5, attempts: 3 });
  line.onAsked = (asked) => {
    if (line.asked.length === 2) line.answer(asked, { at: "last" });
  };
  assert.equal(await client.request(request), { at: "last" });
  assert.is(line.asked.length, 2);
});

test("a request's own limits go before the client's", async () => {
  const { line, client } = connect({ timeoutMillis: 3_600_000, attempts: 1 });
  await errorOf(client.request({ ...request, timeoutMillis: 2, attempts: 2 }));
  assert.is(line.asked.length, 2);
});

test("requests made at once are asked one after the other, also behind one that fails", async () => {
  const { line, client } = connect();
  line.onAsked = (asked) => {
    const { command } = asked;
    queueMicrotask(() => line.answer(asked, command === 0 ? { err: { group: 64, rc: 2 } } : { command }));
  };
  const answers = [0, 1, 2].map((command) => client.request({ ...request, command }));
  assert.is(line.asked.length, 0);
  const error = await errorOf(answers[0] as Promise<unknown>);
  assert.is(error.code, "board-no-model");
  assert.match(error.message, "a question: rc 2 (no-model)");
  assert.match(error.message, "the fake line");
  assert.equal(await answers[1], { command: 1 });
  assert.equal(await answers[2], { command: 2 });
  assert.equal(
    line.asked.map(({ command }) => command),
    [0, 1, 2],
  );
});

test("the line's end fails the request that waits, and those after it, with its reason", async () => {
  const { line, client } = connect();
  line.onAsked = () => line.end("the cable was pulled");
  for (const error of [await errorOf(client.request(request)), await errorOf(client.request(request))]) {
    assert.is(error.code, "board-silent");
    assert.match(error.message, "the cable was pulled");
    assert.match(error.message, "the fake line");
  }
  assert.is(line.asked.length, 1);
});

test("a line that ends while nothing is asked fails what is asked later", async () => {
  const { line, client } = connect();
  line.end("the emulator has ended");
  assert.match((await errorOf(client.request(request))).message, "the emulator has ended");
  assert.is(line.asked.length, 0);
});

test("a frame that is no message is passed over", async () => {
  const { line, client } = connect();
  line.onAsked = (asked) => {
    line.send(encodeFrames(Uint8Array.of(3, 0, 0)));
    line.answer(asked, { n: 3 });
  };
  assert.equal(await client.request(request), { n: 3 });
});

test("text between frames goes to whoever wants it; closing closes the line; the name is the line's", async () => {
  const texts: string[] = [];
  const { line, client } = connect({ onText: (text) => texts.push(text) });
  line.send(Buffer.from("booting\nready\n"));
  assert.equal(texts, ["booting", "ready"]);
  await client.close();
  assert.is(line.closed, 1);
  assert.is(client.name, "the fake line");
  const { line: silent } = connect();
  assert.not.throws(() => silent.send(Buffer.from("to nobody\n")));
});

test.run();
