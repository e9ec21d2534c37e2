import { createServer, type Socket } from "node:net";
import { encodeFrames, FrameDecoder } from "../../host/device/frames.js";
import { decodeMessage, encodeMessage, type Message, type Payload } from "../../host/device/smp.js";

/** What a board that is out for harm does in the place of what it should. */
interface Behaviour {
  /** As soon as somebody connects. Gives what ends it. */
  onConnect?(socket: Socket): () => void;
  /** In the place of the answer to requests of "group/command/operation"; undefined for no answer. */
  answers?: Readonly<Record<string, (request: Message, count: number) => Payload | undefined>>;
  /** Sends the answer. */
  send?(socket: Socket, answer: Message): void;
}

const status = {
  abi: 1,
  board: "hostile",
  model: "hostile",
  ram: 1e6,
  used: 1,
  memory: 0,
  steps: 0,
  unit: "cycles",
  hz: 1,
  mtu: 512,
  flash: 1e6,
  floats: false,
  imports: ["wasmote.read_weights"],
};

const statusKey = "64/0/0";
const imagesKey = "1/0/0";
const activateKey = "1/0/2";
const uploadKey = "1/1/2";
const inputKey = "64/2/2";
const runKey = "64/3/2";
const outputKey = "64/4/0";
const trustKey = "64/7/0";

/** Writes the same bytes again and again, as fast as they are taken. */
function flood(bytes: Uint8Array): (socket: Socket) => () => void {
  return (socket) => {
    const timer = setInterval(() => socket.writableLength < 1e6 && socket.write(bytes), 1);
    return () => clearInterval(timer);
  };
}

const frames = (message: Message): Uint8Array => encodeFrames(encodeMessage(message));
const offsets = (give: (request: Message, count: number) => number): Behaviour => ({
  answers: { [uploadKey]: (request, count) => ({ off: give(request, count) }) },
});
const answering = (key: string, payload: Payload): Behaviour => ({ answers: { [key]: () => payload } });
const output = (payload: Payload): Behaviour => ({
  answers: { [outputKey]: ({ payload: { off } }) => ({ off, ...payload }) },
});

/** A message whose payload is arrays in arrays. */
function deepMessage(answer: Message): Uint8Array {
  const head = encodeMessage({ ...answer, payload: {} }).subarray(0, 8);
  const bytes = Buffer.concat([head, Buffer.from([0xa1, 0x61, 0x72]), Buffer.alloc(60_000, 0x81)]);
  bytes.writeUInt16BE(bytes.length - 8, 2);
  return bytes;
}

/** Everything that these boards do, by name. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  banner: {
    onConnect: (socket) => {
      socket.write("ESP-ROM:esp32c3-api1-20210207\r\n");
      return () => undefined;
    },
  },
  silent: { send: () => undefined },
  disconnect: {
    onConnect: (socket) => {
      socket.destroy();
      return () => undefined;
    },
  },
  garbage: { onConnect: flood(Uint8Array.from({ length: 65_536 }, (_, i) => (i * 7919) >> 3)) },
  "flood without line ends": { onConnect: flood(new Uint8Array(1 << 18).fill(0x41)), send: () => undefined },
  "flood of lines": { onConnect: flood(Buffer.from("text\n".repeat(10_000))), send: () => undefined },
  "flood of begun packets": {
    onConnect: flood(Buffer.from(`\u0006\u0009//8A${"A".repeat(116)}\n`.repeat(500))),
    send: () => undefined,
  },
  "flood of answers to nothing": {
    onConnect: flood(frames({ operation: 1, group: 9, command: 9, sequence: 1, payload: { r: "wasmote" } })),
    send: () => undefined,
  },
  "answers to another request": {
    send: (socket, answer) => socket.write(frames({ ...answer, sequence: (answer.sequence + 1) & 0xff })),
  },
  "answers of another group": {
    send: (socket, answer) => socket.write(frames({ ...answer, group: answer.group + 1 })),
  },
  "one byte at a time": {
    onConnect: (socket) => {
      const timer = setInterval(() => socket.write("\u0006"), 5);
      return () => clearInterval(timer);
    },
    send: () => undefined,
  },
  "a payload too deep": { send: (socket, answer) => socket.write(encodeFrames(deepMessage(answer))) },
  "packets without end": answering(statusKey, { ...status, mtu: 2 ** 40 }),
  "packets beyond 16 bits": answering(statusKey, { ...status, mtu: 70_000 }),
  "packets of nothing": answering(statusKey, { ...status, mtu: 0 }),
  "a status of other types": answering(statusKey, { ...status, unit: 5, imports: 5 }),
  "a status of no map": answering(statusKey, { ...status, imports: [{}] }),
  "images that are none": answering(imagesKey, { images: [null, 1, [], {}] }),
  "an image without a hash": answering(imagesKey, {
    images: [{ slot: 0, version: "", hash: new Uint8Array(3) }],
  }),
  "no image in the end": answering(activateKey, { images: [] }),
  "an upload that stays": offsets(() => 0),
  "an upload that goes back": offsets((_, count) => (count % 2 ? 496 : 992)),
  "an upload that wanders": offsets((_, count) => [0, 700, 300, 900, 200, 1000, 100][count % 7]!),
  "an upload that creeps": offsets(({ payload }) => Number(payload.off) + 1),
  "an upload beyond the end": offsets(() => 2 ** 53 - 1),
  "an upload before the start": offsets(() => -1),
  "an upload at a fraction": offsets(() => 0.5),
  "an input that wanders": answering(inputKey, { off: 3 }),
  "a run without end": { answers: { [runKey]: () => undefined } },
  "a run of no count": answering(runKey, { code: 0, count: {} }),
  "an output without end": output({ len: 2 ** 40, data: new Uint8Array(30_000) }),
  "an output by bytes": output({ len: 2 ** 31, data: new Uint8Array(1) }),
  "an output too short": output({ len: 5, data: new Uint8Array(5) }),
  "an output too long": output({ len: 17, data: new Uint8Array(17) }),
  "more data than the output": output({ len: 16, data: new Uint8Array(4000) }),
  "an output of no bytes": output({ len: 16, data: new Uint8Array(0) }),
  "an error of no kind": answering(statusKey, { err: { group: 64, rc: "__proto__" } }),
  "an error that is no text": answering(statusKey, { err: { group: { toString: 1 }, rc: { toString: 1 } } }),
};

/** Starts a board at a port of this machine. */
export async function startHostileBoard({ onConnect, answers = {}, send }: Behaviour): Promise<{
  address: string;
  /** How many requests it got. */
  requests(): number;
  close(): Promise<void>;
}> {
  let requests = 0;
  let active: unknown;
  const sockets = new Set<Socket>();
  const images = (): Payload => ({
    images:
      active === undefined ? [] : [{ slot: 0, version: "", hash: active, active: true, confirmed: true }],
  });
  const honest = ({ payload }: Message, key: string): Payload => {
    if (key === "0/0/2") return { r: payload.d };
    if (key === statusKey) return status;
    if (key === activateKey) active = payload.hash ?? active;
    if (key === imagesKey || key === activateKey) return images();
    if (key === uploadKey || key === inputKey) {
      return { off: Number(payload.off) + (payload.data as Uint8Array).length };
    }
    if (key === runKey) return { code: 0, count: 1 };
    if (key === outputKey) return { off: 0, len: 16, data: new Uint8Array(16) };
    if (key === trustKey) return { signed: false, trial: false, runs: 0 };
    return {};
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    const stop = onConnect?.(socket);
    socket.on("close", () => stop?.());
    const decoder = new FrameDecoder({
      message(bytes) {
        const request = decodeMessage(bytes);
        if (request === undefined) return;
        requests++;
        const key = `${request.group}/${request.command}/${request.operation}`;
        const instead = answers[key];
        const payload = instead === undefined ? honest(request, key) : instead(request, requests);
        if (payload === undefined) return;
        const answer = { ...request, operation: request.operation + 1, payload };
        if (send === undefined) socket.write(frames(answer));
        else send(socket, answer);
      },
    });
    socket.on("data", (bytes) => decoder.push(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    address: `tcp://127.0.0.1:${port}`,
    requests: () => requests,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
