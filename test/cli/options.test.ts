import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { replaceData } from "../../host/app/reference-data.js";
import { processOutput } from "../../host/cli/output.js";
import { createProgram } from "../../host/cli/program.js";
import { encodeFrames } from "../../host/device/frames.js";
import { encodeMessage } from "../../host/device/smp.js";
import { type AppSection, appOf, recordingOf, withApp } from "../../host/package/app.js";
import { buildModel } from "../../host/pipeline.js";
import { parseNpy, writeNpy } from "../../host/run/tensor-files/npy.js";
import { readWave } from "../../host/run/tensor-files/wav.js";
import { prepareWasm3 } from "../../host/run/wasm3.js";
import { isSealed, openSealed, rawPublicKey, readDevicePrivateKey } from "../../host/trust/seal/index.js";
import { serve } from "../device/serve.js";
import { modelFile, SimulatedBoard } from "../device/simulated-board.js";
import { FakeTools } from "../flash/fake-tools.js";
import { writeOnnx } from "../import/onnx/onnx-writer.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { png } from "../run/samples/files.js";
import { writeWave } from "../run/tensor-files/wav-writer.js";
import {
  floatEndedGraph,
  inProcess,
  type Result,
  root,
  temporaryFolder,
  writeApplication,
  writeSmallModel,
} from "./command.js";

/** Every option of every command is obeyed, or refused; one without a test here fails. */

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
let tools: FakeTools;
const cache = process.env.XDG_CACHE_HOME;
const board = new SimulatedBoard();
const port = `unix:${at("line")}`;
let server: Server;

test.before(async () => {
  process.env.XDG_CACHE_HOME = at("cache");
  // Before the compiler is no longer to be found.
  await prepareWasm3({});
  tools = new FakeTools();
  tools.addFirmwareTools("pico");
  await writeSmallModel(folder);
  writeFileSync(at("net.tflite"), writeTflite(smallModel()));
  const unknown = smallModel();
  const nodes = unknown.nodes.map((node) => ({ ...node, builtin: "CONV_3D" }));
  writeFileSync(at("unknown.tflite"), writeTflite({ ...unknown, nodes }));
  writeFileSync(at("open.onnx"), openOnnx());
  writeFileSync(at("board.wasm"), modelFile("on-board", 100, 1, ["wasmote.accel_conv_s8"]));
  writeFileSync(at("in.json"), "[1, 2, 3, 4]");
  writeFileSync(at("in.bin"), new Uint8Array(16));
  writeFileSync(at("seven.bin"), new Uint8Array(7));
  writeFileSync(at("rows.bin"), new Uint8Array(4 * 24));
  writeFileSync(at("picture.bin"), new Uint8Array(72));
  writeFileSync(at("grey.png"), png(4, 1, 0, 20, 40, 60));
  writeFileSync(at("sixteen.json"), JSON.stringify(Array.from({ length: 16 }, (_, i) => i)));
  writeApplication(folder);
  await done("build", at("app.json"), "-o", at("app.wasm"));
  const end = (name: string) => ({ name, dtype: "float32", shape: [1, 16] }) as const;
  const relu = { operator: "Relu", inputs: ["x"], outputs: ["y"] };
  const graph = { nodes: [relu], inputs: [end("x")], outputs: [end("y")] };
  writeFileSync(at("relu.onnx"), writeOnnx({ graph }));
  for (const name of ["signer", "other"]) await done("keygen", "-o", at(`${name}.pem`));
  server = await serve(board, (made) => made.listen(at("line")));
  board.imports.push("wasmote.accel_conv_s8");
});
test.after(() => {
  server.close();
  tools.remove();
  if (cache === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cache;
  remove();
});

const done = async (...args: string[]): Promise<Result> => {
  const result = await inProcess(args);
  assert.is(result.code, 0, `${args.join(" ")}: ${result.stderr}`);
  return result;
};
const refused = async (code: number, expected: RegExp, ...args: string[]): Promise<void> => {
  const result = await inProcess(args);
  assert.is(result.code, code, `${args.join(" ")}: ${result.stderr}`);
  assert.match(result.stderr, expected);
};
const json = async (...args: string[]) => JSON.parse((await done(...args, "--json")).stdout);
const build = (name: string, ...args: string[]) => done("build", at(name), "-o", at("built.wasm"), ...args);
const bytes = (name: string): number[] => [...readFileSync(at(name))];
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(at(name)));
const small = ["run", at("small.wasm"), "--input", at("in.json")];
const onBoard = ["run", at("board.wasm"), "--input", at("in.bin")];
const floatModel = [join(root, "models/digits/float/model.json")];
const samples = join(root, "models/digits/samples/calibration.npy");
const signing = (key = "signer.pem") => ["sign", at("small.wasm"), "--key", at(key), "-o", at("signed.wasm")];
const signed = (...args: string[]) => json(...signing(), ...args);
const simulated = ["simulate", at("app.wasm"), "--input", at("odd.csv")];
const beginning = ["app", "init", at("new/begun.json"), "--model", at("net.tflite")];
const begun = async (...args: string[]) => {
  const { stderr } = await inProcess([...beginning, "--force", ...args]);
  assert.match(stderr, /^wrote /m);
  return JSON.parse(readFileSync(at("new/begun.json"), "utf8"));
};
const tuned = ["tune", at("app.json"), "--recordings", at("odd.csv"), "--labels", at("labels.csv")];
const delta = join(root, "docs/examples/delta-operator");

/** An ONNX model of pictures whose batch and height are open. */
function openOnnx(): Uint8Array {
  const end = (name: string) => ({ name, dtype: "float32", shape: ["batch", 3, "rows", 4] });
  const node = { operator: "Relu", inputs: ["x"], outputs: ["y"] };
  return writeOnnx({ graph: { nodes: [node], inputs: [end("x")], outputs: [end("y")] } });
}

/** What the model leaves open is given by `--dim`; what cannot be given is refused. */
const openLengths = async (command: string) => {
  const out = command === "build" ? ["-o", at("open.wasm")] : [];
  const open = [command, at("open.onnx"), ...out];
  await refused(1, /error\[model-open\].*"rows" \(axis 2 of "x"\).*\nhelp: .*--dim rows=LENGTH/, ...open);
  const { inputs } = await json(...open, "--dim", "rows=5", "--dim", "batch=2");
  assert.equal(inputs[0].shape, [2, 3, 5, 4]);
  const wrong: [string[], RegExp][] = [
    [["rows"], /--dim rows is no NAME=LENGTH/],
    [["=5"], /--dim =5 is no NAME=LENGTH/],
    [["rows="], /--dim rows=: "" is no length\nhelp: Give a whole number from 1/],
    [["rows=0"], /--dim rows=0: "0" is no length/],
    [["rows=-1"], /"-1" is no length/],
    [["rows=1.5"], /"1.5" is no length/],
    [["rows=5x"], /"5x" is no length/],
    [["rows=2147483648"], /"2147483648" is no length/],
    [["rows=5", "rows=5"], /--dim gives rows twice/],
    [["rows=5", "row=5"], /--dim row=5 is of no use: the model leaves batch, rows alone open/],
    [["rows=5", "__proto__=5"], /--dim __proto__=5 is of no use/],
  ];
  for (const [given, message] of wrong)
    await refused(2, message, ...open, ...given.flatMap((text) => ["--dim", text]));
  await refused(1, /error\[(model|memory)-/, ...open, "--dim", "rows=2147483647");
  await refused(
    2,
    /--dim n=1 is of no use: the model leaves no length open/,
    command,
    at("net.tflite"),
    ...out,
    "--dim",
    "n=1",
  );
};

/** Pictures are for channels that are last, which is told where the model has them first. */
const pictureLayout = async () => {
  const model = ["build", at("open.onnx"), "--dim", "rows=5", "-o", at("open.wasm")];
  await refused(
    2,
    /fit no input of the model\nhelp: Build it with --layout nhwc/,
    ...model,
    "--mean",
    "1,2,3",
  );
  await done(...model);
  const picture = join(root, "models/digits/samples/digit-7.png");
  await refused(
    1,
    /input-kind.*\nhelp: Build it with --layout nhwc/,
    "run",
    at("open.wasm"),
    "--input",
    picture,
  );
  await done(...model, "--layout", "nhwc", "--mean", "1,2,3");
  await done("run", at("open.wasm"), "--input", picture, "--on", "node");
};

/** Channels are put last, where the file has them first. */
const layouts = async (command: string) => {
  const out = command === "build" ? ["-o", at("open.wasm")] : [];
  const rows = ["--dim", "rows=5", "--layout", "nhwc"];
  const { inputs, outputs } = await json(command, at("open.onnx"), ...out, ...rows);
  assert.equal(
    [inputs[0].shape, outputs[0].shape],
    [
      [1, 5, 4, 3],
      [1, 5, 4, 3],
    ],
  );
  await refused(
    2,
    /'nchw' is invalid. Allowed choices are nhwc/,
    command,
    at("open.onnx"),
    ...out,
    "--layout",
    "nchw",
  );
  await refused(
    2,
    /--layout nhwc is of no use: it is for ONNX models/,
    command,
    at("net.tflite"),
    ...out,
    "--layout",
    "nhwc",
  );
};

/** Options for pixels are kept in the manifest, for inputs that take pictures, and refused without one. */
const pixels = async (option: string, wrong: string, ...others: string[]) => {
  const out = ["-o", at("seen.wasm"), "--calibrate", samples];
  const { inputs } = await json("build", ...floatModel, ...out, option, "127.5", ...others);
  assert.equal(inputs[0].pixels[option.slice(2)], [127.5]);
  await refused(2, /fit no input|is no list of numbers/, "build", ...floatModel, ...out, option, wrong);
  await refused(2, /fit no input of the model/, "build", at("net.tflite"), option, "1");
};

const compared = ["compare", at("small.wasm"), at("small.wasm")];
const besideBoard = ["compare", at("relu.onnx"), at("board.wasm"), "--input", at("sixteen.json")];

/** Pixels of a picture become values as the option says. */
const comparedPixels = async (option: string) => {
  const picture = [...compared, "--input", at("grey.png")];
  assert.match(
    (await done(...picture, option, "20")).stderr,
    option === "--mean" ? /\(pixel - 20\) \/ 1/ : /\/ 20/,
  );
  await refused(2, /fit no input/, ...picture, option, "1,2,3");
};

/** An application with four events in its log is active on the simulated board. */
async function pushApplication(events = true, said: Partial<AppSection> = {}): Promise<void> {
  const app = withApp(file("board.wasm"), {
    version: 1,
    source: { driver: "adc", rate: 1000, channels: 1 },
    hop: 8,
    events: ["knock", "rattle"],
    actions: [],
    log: true,
    share: { events, counters: false, capture: false },
    ...said,
  });
  writeFileSync(at("application.wasm"), app);
  await done("push", at("application.wasm"), "--port", port);
  board.log = [
    [0, 1, 1500, 7, 0, 0.75],
    [3, 2, 20, 0, 1, 1],
    [4, 2, 40, 1, 0, 1],
    [5, 2, 60, 2, 0, 1],
  ];
}

/** An application that gives its samples, each of which is its own number, is active on the simulated board. */
const capturing = async (rate = 1000, channels = 1) => {
  const source = { driver: "adc", rate, channels };
  await pushApplication(true, { source, share: { events: true, counters: false, capture: true } });
  return ["capture", "--port", port, "--label", "yes", "-o", at("captured")];
};

/** The number of the simulated board's active slot. */
const activeSlot = (): string => String(board.flash.active);

/** A session is opened for what changes a board, where its firmware takes one; no key is needed in this process. */
const keyed = async (command: string, ...inputs: string[]) => {
  const onPort = [command, at("board.wasm"), ...inputs, "--port", port];
  await refused(1, /key-invalid/, ...onPort, "--key", at("in.json"));
  await done(...onPort, "--key", at("signer.pem"));
  await refused(
    2,
    /--key is of no use: wasm3 runs/,
    command,
    at("small.wasm"),
    ...inputs,
    "--key",
    at("signer.pem"),
  );
};

/** What shows that an option is obeyed, by command and option. */
const obeyed: Readonly<Record<string, () => Promise<void>>> = {
  "build --out": async () => {
    await done("build", at("net.tflite"), "-o", at("new/named.wasm"));
    assert.ok(existsSync(at("new/named.wasm")));
  },
  "build --calibrate": async () => {
    const out = ["-o", at("digits.wasm")];
    await refused(1, /calibration-missing/, "build", ...floatModel, ...out, "--quantize", "int8");
    await done("build", ...floatModel, ...out, "--calibrate", samples);
    await refused(
      2,
      /--calibrate is of no use: the model is not of float32 alone/,
      ...["build", at("net.tflite"), ...out, "--calibrate", samples],
    );
  },
  "build --samples": async () => {
    const command = ["build", ...floatModel, "-o", at("digits.wasm"), "--calibrate", samples];
    const talk = async (...args: string[]) => (await done(...command, ...args)).stderr;
    assert.match(await talk("--samples", "30"), /calibration: 30 of 100 samples, evenly spread, from /);
    assert.match(await talk("--samples", "100"), /calibration: 100 samples from /);
    for (const wrong of ["0", "-1", "1.5", "many"])
      await refused(2, /--samples \S+ is no number of samples/, ...command, `--samples=${wrong}`);
    await refused(2, /--samples is of no use/, "build", ...floatModel, "--samples", "3");
  },
  "build --validate": async () => {
    const options = ["-o", at("float.wasm"), "--calibrate", samples];
    const { report } = await json("build", ...floatModel, ...options, "--validate", samples);
    assert.is(report.accuracy.data.heldBack, true);
    await refused(2, /--validate is of no use: /, "build", at("net.tflite"), "--validate", samples);
  },
  "build --labels": async () => {
    const options = ["-o", at("float.wasm"), "--calibrate", samples];
    writeFileSync(at("labels.json"), JSON.stringify(Array.from({ length: 100 }, (_, i) => i % 10)));
    const { report } = await json("build", ...floatModel, ...options, "--labels", at("labels.json"));
    assert.is(report.accuracy.labels.samples, 100);
    await refused(2, /--labels is of no use: /, "build", at("net.tflite"), "--labels", at("labels.json"));
  },
  "build --report": async () => {
    await build("net.tflite", "--report", at("net.html"));
    assert.match(readFileSync(at("net.html"), "utf8"), "<h2>Layers: cost</h2>");
  },
  "build --quantize": async () => {
    await build("net.tflite");
    const automatic = bytes("built.wasm");
    await build("net.tflite", "--quantize", "int8");
    assert.equal(bytes("built.wasm"), automatic);
    const out = ["-o", at("float.wasm")];
    const { inputs, weightBytes } = await json("build", ...floatModel, ...out, "--quantize", "float32");
    assert.is(inputs[0].dtype, "float32");
    const quantized = await json("build", ...floatModel, ...out, "--calibrate", samples);
    assert.ok(quantized.weightBytes < weightBytes / 3);
    await refused(
      2,
      /--calibrate is of no use: --quantize float32 takes no samples/,
      ...["build", ...floatModel, ...out, "--quantize", "float32", "--calibrate", samples],
    );
  },
  "build --dim": () => openLengths("build"),
  "build --layout": async () => {
    await layouts("build");
    await pictureLayout();
  },
  "build --mean": () => pixels("--mean", "1,2", "--std", "255"),
  "build --std": () => pixels("--std", "0", "--mean", "255"),
  "build --sample-rate": async () => {
    const { inputs } = await json(
      "build",
      at("net.tflite"),
      "-o",
      at("heard.wasm"),
      "--sample-rate",
      "16000",
    );
    assert.is(inputs[0].sampleRate, 16_000);
    await refused(2, /--sample-rate 1.5 is no rate/, "build", at("net.tflite"), "--sample-rate", "1.5");
  },
  "build --keep": async () => {
    await build("net.tflite", "--keep", at("kept"));
    assert.ok(existsSync(at("kept/steps.txt")));
  },
  "build --wat": async () => {
    await build("net.tflite", "--keep", at("text"), "--wat");
    assert.ok(existsSync(at("text/model.wat")));
    await refused(2, /--wat is of no use without --keep/, "build", at("net.tflite"), "--wat");
  },
  "build --operators": () =>
    refused(1, /operators-invalid.*no folder/, "build", at("net.tflite"), "--operators", at("absent")),
  "build --budget": async () => {
    const { stdout } = await build("net.tflite", "--board", "pico", "--budget", "ram=128k");
    assert.match(stdout, /forms that were looked at/);
    await refused(1, /budget-exceeded.*RAM exceeds it by/, "build", at("net.tflite"), "--budget", "ram=1k");
    await refused(2, /budget-invalid.*ram=1q/, "build", at("net.tflite"), "--budget", "ram=1q");
    await refused(2, /latency is that of a board/, "build", at("net.tflite"), "--budget", "latency=5ms");
  },
  "build --board": async () => {
    assert.match((await build("net.tflite", "--board", "pico")).stdout, /fits pico/);
    await refused(1, /"picoo" \(did you mean pico\?\)/, "build", at("net.tflite"), "--board", "picoo");
  },
  "build --verbose": () => refused(1, /\n {2}CONV_3D {2}node "/, "build", at("unknown.tflite"), "--verbose"),
  "build --json": async () =>
    assert.is(JSON.parse((await build("net.tflite", "--json")).stdout).model, "net"),

  "build --recording": async () => {
    const built = ["build", at("app.json"), "-o", at("played.wasm"), "--recording"];
    const { app, fileBytes } = await json(...built, at("odd.csv"));
    assert.equal(app.source, { driver: "recording", rate: 1000, channels: 1 });
    assert.equal(
      [...(recordingOf(file("played.wasm")) ?? [])],
      [0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 20, 0, 1, 0],
    );
    assert.is(fileBytes, file("played.wasm").length);
    await refused(1, /input-kind/, ...built, at("app.json"));
    await refused(2, /--recording is of no use/, "build", at("net.tflite"), "--recording", at("odd.csv"));
  },

  "run --input": async () => assert.equal((await json(...small)).outputs[0].values, [1, 2, 10]),
  "run --output": async () => {
    await done(...small, "--output", at("out.bin"));
    assert.equal(bytes("out.bin"), [2, 4, 20]);
    const { outputs } = await json(...small, "--output", at("again.bin"));
    assert.equal(
      [bytes("again.bin"), outputs[0].raw],
      [
        [2, 4, 20],
        [2, 4, 20],
      ],
      "--json and --output both",
    );
  },
  "run --on": async () => {
    await done(...small, "--on", "node");
    await refused(
      1,
      /"nod" \(did you mean node\?\); there are wasm3, node.*\nhelp: Use --on wasm3, --on node/,
      ...small,
      "--on",
      "nod",
    );
  },
  "run --tier": () => refused(1, /tier-unavailable/, ...small, "--on", "node", "--tier", "accelerated"),
  "run --port": async () => {
    const { outputs } = await json(...onBoard, "--port", port);
    assert.equal(outputs[0].raw, new Array(16).fill(1), "the board adds 1");
    await refused(3, /port-unavailable/, ...small, "--port", "tcp://127.0.0.1:1");
    for (const on of ["node", "wasm3"])
      await refused(2, /--on \w+ runs in this process/, ...small, "--on", on, "--port", port);
    await refused(
      1,
      /board-other\].*simulated at .*; pico is expected/,
      ...[...onBoard, "--on", "pico", "--port", port],
    );
  },
  "run --sample-rate": async () => {
    writeFileSync(at("in.wav"), writeWave([0, 0.5, 0, 0.5], { sampleRateHz: 16_000 }));
    const sound = ["run", at("small.wasm"), "--input", at("in.wav"), "--sample-rate"];
    assert.not.match((await done(...sound, "16000")).stderr, /resampled/);
    await refused(1, /input-size/, ...sound, "8000");
    await refused(2, /--sample-rate is of no use: no input is a sound/, ...small, "--sample-rate", "16000");
  },
  "run --raw": async () => {
    writeFileSync(at("ended.wasm"), (await buildModel(floatEndedGraph())).wasm);
    writeFileSync(at("raw.bin"), Int8Array.of(2, -4, 6, 1));
    const ended = ["run", at("ended.wasm"), "--input", at("raw.bin"), "--output", at("raw-out.bin")];
    await refused(1, /input-size/, ...ended);
    await done(...ended, "--raw");
    assert.equal([...new Int8Array(readFileSync(at("raw-out.bin")))], [2, -4, 5]);
    await refused(2, /--raw is of no use/, ...small, "--raw");
  },
  "run --limit": () => limited("run"),
  "run --key": () => keyed("run", "--input", at("in.bin")),
  "run --json": async () => assert.is((await json(...small)).outputs[0].name, "out"),

  "app --name": async () => assert.is((await begun("--name", "doors")).name, "doors"),
  "app --source": async () => {
    assert.equal((await begun("--source", "imu")).source, {
      type: "imu",
      rate: 100,
      chip: "mpu6050",
      axes: 3,
    });
    await refused(2, /--source/, ...beginning, "--source", "camera");
  },
  "app --rate": async () => {
    assert.is((await begun("--source", "link", "--rate", "50")).source.rate, 50);
    await refused(2, /is no number from/, ...beginning, "--rate", "0");
  },
  "app --front-end": async () => {
    const { stages } = await begun("--front-end", "microwakeword");
    assert.equal(stages.features, { type: "micro-frontend", from: "source", stride: "10 ms" });
    assert.is((await begun("--front-end", "none")).stages.scores.from, "source");
    await refused(2, /--front-end/, ...beginning, "--front-end", "fft");
  },
  "app --model": async () => {
    const { stdout } = await done(...beginning, "--front-end", "none", "--force");
    assert.match(stdout, /^it builds: a file of [\d,]+ bytes/);
    const unfit =
      /wrote .*begun.json\nit does not build yet\nerror\[application-invalid\].*stages.scores.file/;
    await refused(1, unfit, ...beginning, "--force");
    assert.ok(existsSync(at("new/begun.json")));
    await refused(2, /no model is named/, "app", "init", at("new/no.json"));
    await refused(1, /file-unreadable/, "app", "init", at("new/no.json"), "--model", at("no.tflite"));
    assert.not(existsSync(at("new/no.json")));
    await refused(2, /'start' is invalid/, "app", "start");
  },
  "app --classes": async () => {
    const { stages } = await begun("--classes", "silence,yes,no");
    assert.equal(stages.scores.classes, ["silence", "yes", "no"]);
    assert.equal(Object.keys(stages.decision.events), ["yes", "no"]);
    await refused(2, /has an empty name/, ...beginning, "--classes", "a,,b");
  },
  "app --event": async () =>
    assert.equal(Object.keys((await begun("--classes", "a,b", "--event", "b")).stages.decision.events), [
      "b",
    ]),
  "app --over": async () => assert.is((await begun("--over", "0.5")).stages.decision.events.event.over, 0.5),
  "app --pin": async () => {
    assert.equal((await begun("--pin", "3")).actions, [{ on: "event", do: "gpio", pin: 3 }]);
    await refused(2, /is no whole number from 0 to 255/, ...beginning, "--pin", "256");
  },
  "app --capture": async () => {
    const command = ["app", "init", at("new/source.json"), "--capture", "--source", "imu"];
    const { stdout } = await done(...command);
    assert.match(stdout, /it builds: .*\nnext: wasmote build .*\n.*\n +wasmote capture --port auto/);
    await done("build", at("new/source.json"), "-o", at("new/source.wasm"));
    const app = appOf(file("new/source.wasm"));
    assert.equal(
      [app?.share.capture, app?.source.driver, app?.hop, app?.source.buffer],
      [true, "imu", 16, 4],
    );
    writeFileSync(at("moved.csv"), "9,9,9\n".repeat(40));
    await done("simulate", at("new/source.json"), "--input", at("moved.csv"));
    await refused(2, /--model is of no use: --capture/, ...command, "--force", "--model", at("net.tflite"));
  },
  "app --force": async () => {
    await done(...beginning, "--front-end", "none", "--force");
    await refused(2, /is there already/, ...beginning);
  },

  "simulate --input": async () => {
    const { stdout } = await done("simulate", at("app.json"), "--input", at("odd.csv"));
    assert.match(stdout, /0.008 s {2}odd {2}19\.000/);
    writeFileSync(at("short.csv"), "0\n");
    await refused(1, /input-size/, "simulate", at("app.json"), "--input", at("short.csv"));
    const elsewhere = JSON.parse(readFileSync(at("app.json"), "utf8"));
    elsewhere.stages.apart.baseline = at("rows.npy");
    mkdirSync(at("new/elsewhere"), { recursive: true });
    writeFileSync(at("new/elsewhere/app.json"), JSON.stringify(elsewhere));
    await done("simulate", at("new/elsewhere/app.json"), "--input", at("odd.csv"));
    await refused(
      1,
      /file-unreadable.*no .wav or .npy or .csv/,
      "simulate",
      at("app.wasm"),
      "--input",
      at("new"),
    );
    await refused(
      1,
      /input-size.*1 samples; at least 2/s,
      "simulate",
      at("app.wasm"),
      "--input",
      at("short.csv"),
    );
  },
  "simulate --json": async () => {
    const { stdout } = await done(...simulated, "--json");
    const [event, costs] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(event, { time: 0.008, event: "odd", level: 19, run: 3, file: at("odd.csv") });
    assert.is(costs.runs, 4);
    assert.equal(costs.stages.at(-1)?.stage, "events");
    assert.ok(costs.stages.every((each: { share: number }) => each.share > 0 && each.share < 1));
  },
  "simulate --draw": async () => {
    await done(...simulated, "--draw", at("new/odd.svg"));
    assert.match(readFileSync(at("new/odd.svg"), "utf8"), /^<svg[^>]*>[\s\S]*odd: 1 time[\s\S]*<\/svg>\s*$/);
    await done(...simulated, "--draw", at("new/odd.html"));
    assert.match(
      readFileSync(at("new/odd.html"), "utf8"),
      /^<!doctype html>[\s\S]*<svg[\s\S]*odd: 1 time[\s\S]*<\/svg>\s*<\/body>/,
    );
    await refused(2, /drawn as a picture, .svg, or a page, .html/, ...simulated, "--draw", at("odd.png"));
    await refused(2, /there are 2 recordings/, ...simulated, at("odd.csv"), "--draw", at("odd.svg"));
    await refused(1, /is a model, and no application/, "simulate", at("small.wasm"), ...simulated.slice(2));
  },
  "simulate --on": async () => {
    assert.match((await done(...simulated, "--on", "node")).stdout, /node here: /);
    const both = await done(...simulated, "--on", "wasm3,node");
    assert.match(both.stdout, /0.008 s {2}odd {2}19\.000/);
    for (const name of ["wasm3", "node"])
      assert.match(both.stdout, new RegExp(`\\n${name} +- +- +- +[\\d.]+ x +[\\d,]+ +- *\\n`));
    await refused(1, /did you mean node/, ...simulated, "--on", "nod");
    await refused(1, /board-unknown/, ...simulated, "--on", "pico,nod");
    await refused(2, /there twice/, ...simulated, "--on", "pico,pico");
    await refused(1, /board-emulator-none/, ...simulated, "--on", "nucleo-f446re,nucleo-h743zi");
    await refused(2, /names several boards/, ...simulated, "--on", "all", "--draw", at("new/all.svg"));
  },
  "simulate --tier": () =>
    refused(1, /tier-unavailable/, ...simulated, "--on", "node", "--tier", "accelerated"),
  "simulate --port": () => refused(3, /port-unavailable/, ...simulated, "--port", "tcp://127.0.0.1:1"),
  "simulate --limit": async () => {
    await done(...simulated, "--limit", "60000");
    await refused(2, /--limit/, ...simulated, "--limit", "0.5");
  },
  "simulate --key": async () => {
    const key = ["--port", port, "--key", at("in.json")];
    await refused(1, /key-invalid/, ...simulated, ...key);
    await refused(2, /--key is of no use: wasm3 runs/, ...simulated, "--key", at("signer.pem"));
  },

  "tune --recordings": async () => {
    const { stdout } = await done(...tuned);
    assert.match(stdout, /^odd {2}by 0.00 hours of recordings\n/);
    assert.match(stdout, /\n +19 .* 1 of 1 {2}picked\n/);
    await refused(
      1,
      /file-unreadable/,
      "tune",
      at("app.json"),
      "--recordings",
      at("new"),
      "--labels",
      at("labels.csv"),
    );
  },
  "tune --labels": async () => {
    const line = ["tune", at("app.json"), "--recordings", at("odd.csv"), "--labels"];
    await refused(1, /input-invalid.*first line is "0"/, ...line, at("short.csv"));
    writeFileSync(at("other.csv"), "file,start,end,event\nno.csv,0,1,odd\n");
    await refused(1, /input-invalid.*no recording "no.csv"/, ...line, at("other.csv"));
    writeFileSync(at("other.csv"), "file,start,end,event\nodd.csv,0,1,odd\nodd.csv,0,1,even\n");
    const { stderr } = await done(...line, at("other.csv"));
    assert.match(stderr, /labels of "even" are left out: the application's events are odd/);
  },
  "tune --false-alarms": async () => {
    const rate = JSON.parse((await done(...tuned, "--json", "--false-alarms", "0")).stdout);
    assert.equal(
      [rate.falseAlarms, rate.events[0].chosen.falseAlarms, rate.events[0].chosen.found],
      [0, 0, 1],
    );
    await refused(2, /is no rate/, ...tuned, "--false-alarms", "-1");
    writeFileSync(at("late.csv"), "file,start,end,event\nodd.csv,0.5,0.6,odd\n");
    const late = ["tune", at("app.json"), "--recordings", at("odd.csv"), "--labels", at("late.csv")];
    await refused(
      1,
      /level-none.*"odd": every level has more than 1/,
      ...late,
      "--false-alarms",
      "1",
      "-o",
      at("never.json"),
    );
    assert.not(existsSync(at("never.json")));
  },
  "tune --event": async () => {
    await done(...tuned, "--event", "odd");
    await refused(2, /--event even: there is no such event/, ...tuned, "--event", "even");
  },
  "tune --draw": async () => {
    await done(...tuned, "--draw", at("new/curve.svg"));
    assert.match(
      readFileSync(at("new/curve.svg"), "utf8"),
      /^<svg[^>]*>[\s\S]*class="alarm"[\s\S]*<\/svg>\s*$/,
    );
    await done(...tuned, "--draw", at("new/curve.html"));
    assert.match(readFileSync(at("new/curve.html"), "utf8"), /^<!doctype html>[\s\S]*class="alarm"/);
    await refused(2, /drawn as a picture, .svg, or a page, .html/, ...tuned, "--draw", at("curve.png"));
  },
  "tune --out": async () => {
    await done(...tuned, "-o", at("tuned.json"));
    const { stages } = JSON.parse(readFileSync(at("tuned.json"), "utf8"));
    assert.equal(stages.heard.events, { odd: { over: 19 } });
    await done("build", at("tuned.json"), "-o", at("tuned.wasm"));
    const schema = { ...JSON.parse(readFileSync(at("app.json"), "utf8")), $schema: "docs/app.schema.json" };
    writeFileSync(at("with-schema.json"), JSON.stringify(schema));
    const [command, , ...others] = tuned as [string, string, ...string[]];
    await done(command, at("with-schema.json"), ...others, "-o", at("new/further/tuned.json"));
    const moved = JSON.parse(readFileSync(at("new/further/tuned.json"), "utf8"));
    assert.equal(
      [moved.$schema, moved.stages.apart.baseline],
      ["../../docs/app.schema.json", "../../rows.npy"],
    );
    await done("build", at("new/further/tuned.json"), "-o", at("tuned.wasm"));
    await refused(2, /would overwrite/, ...tuned, "-o", at("labels.csv"));
  },
  "tune --json": async () => {
    const { events, hours } = JSON.parse((await done(...tuned, "--json")).stdout);
    assert.ok(hours > 0);
    assert.equal(events[0].event, "odd");
    assert.ok(events[0].curve.length >= 2);
  },

  "inspect --dim": async () => {
    await openLengths("inspect");
    const { stdout } = await done("inspect", at("open.onnx"), "--dim", "rows=5");
    assert.match(
      stdout,
      /\nopen {4}batch is 1 here \(axis 0 of x\); --dim batch=LENGTH gives it another length\n/,
    );
    assert.match(stdout, /\nopen {4}rows is 5 here \(axis 2 of x\)/);
    const { openDims } = await json("inspect", at("open.onnx"), "--dim", "rows=5");
    assert.equal(openDims[1], { name: "rows", input: "x", axis: 2, length: 5 });
    await refused(2, /--dim is of no use: the model is built/, "inspect", at("small.wasm"), "--dim", "n=1");
  },
  "inspect --layout": async () => {
    await layouts("inspect");
    await refused(
      2,
      /--layout is of no use: the model is built/,
      "inspect",
      at("small.wasm"),
      "--layout",
      "nhwc",
    );
  },
  "inspect --operators": async () => {
    await refused(1, /operators-invalid/, "inspect", at("net.tflite"), "--operators", at("absent"));
    await refused(2, /--operators is of no use/, "inspect", at("small.wasm"), "--operators", delta);
  },
  "inspect --verbose": async () => {
    await refused(1, /\n {2}CONV_3D {2}node "/, "inspect", at("unknown.tflite"), "--verbose");
    await refused(2, /--verbose is of no use/, "inspect", at("small.wasm"), "--verbose");
  },
  "inspect --svg": async () => {
    await done("inspect", at("net.tflite"), "--svg", at("net.svg"));
    assert.match(readFileSync(at("net.svg"), "utf8"), /^<svg[^>]*>[\s\S]*<\/svg>\s*$/);
    await refused(2, /--svg is of no use/, "inspect", at("small.wasm"), "--svg", at("small.svg"));
    assert.not(existsSync(at("small.svg")));
  },
  "inspect --json": async () => {
    assert.is((await json("inspect", at("small.wasm"))).manifest.name, "small");
    assert.is((await json("inspect", at("net.tflite"))).builds[0].numbers, "as it is");
  },

  "bench --on": async () => assert.is((await json("bench", at("small.wasm"), "--on", "node")).on, "node"),
  "bench --port": async () => {
    assert.is((await json("bench", at("board.wasm"), "--port", port)).on, "simulated");
    await refused(3, /port-unavailable/, "bench", at("small.wasm"), "--port", "tcp://127.0.0.1:1");
  },
  "bench --tier": async () => {
    const base = ["bench", at("board.wasm"), "--port", port];
    assert.is((await json(...base)).tier, "accelerated");
    assert.is((await json(...base, "--tier", "portable")).tier, "portable");
  },
  "bench --limit": () => limited("bench"),
  "bench --key": () => keyed("bench"),
  "bench --compare": async () => {
    const base = ["bench", at("board.wasm"), "--port", port];
    const { base: first, other } = await json(...base, "--compare", "portable");
    assert.equal([first.tier, other.tier], ["accelerated", "portable"]);
    const files = await json("bench", at("small.wasm"), "--on", "node", "--compare", at("net.wasm.copy"));
    assert.is(files.other.model, "net");
  },
  "bench --json": async () =>
    assert.is((await json("bench", at("small.wasm"), "--on", "node")).model, "small"),

  "compare --input": async () => {
    const { outputs, samples: count } = await json(...compared, "--input", at("in.json"));
    assert.equal([outputs[0].equal, count], [true, 1]);
    await refused(2, /required option '--input/, ...compared);
    await refused(1, /calibration-invalid/, ...compared, "--input", at("in.bin"), at("seven.bin"));
  },
  "compare --samples": async () => {
    const many = ["--input", at("in.json"), at("in.json"), at("in.json"), "--samples", "2"];
    assert.match((await done(...compared, ...many)).stderr, /input: 2 of 3 samples, evenly spread, from /);
  },
  "compare --labels": async () => {
    writeFileSync(at("labels.txt"), "2\n");
    const { accuracy } = await json(...compared, "--input", at("in.json"), "--labels", at("labels.txt"));
    assert.equal([accuracy.a.accuracy, accuracy.b.confusion[2]], [1, [0, 0, 1]]);
    writeFileSync(at("labels.txt"), "2\n0\n");
    const two = ["--input", at("in.json"), "--labels", at("labels.txt")];
    await refused(1, /error\[labels-invalid\].*2 labels for 1 samples .*labels\.txt/, ...compared, ...two);
  },
  "compare --layers": async () => {
    await done("build", at("net.tflite"), "-o", at("new/net.wasm"), "--keep", at("kept"));
    const command = ["compare", at("net.tflite"), at("new/net.wasm"), "--input", at("picture.bin")];
    const { stderr } = await done(...command);
    assert.match(stderr, /layers are not compared: nothing says where those of .*net\.wasm lie/);
    const { layers } = await json(...command, "--layers", at("kept/layers.json"));
    assert.ok(layers.length > 0 && layers.every((layer: { equal: boolean }) => layer.equal));
    const other = [...compared, "--input", at("in.json"), "--layers", at("kept/layers.json")];
    await refused(1, /layers-invalid.*of another model/, ...other);
    await refused(1, /layers-invalid.*no JSON/, ...compared, ...other.slice(3, -1), at("in.bin"));
  },
  "compare --dim": async () => {
    const open = ["compare", at("open.onnx"), at("open.onnx"), "--input", at("rows.bin")];
    await refused(1, /error\[model-open\]/, ...open);
    await done(...open, "--dim", "rows=2");
    await refused(
      2,
      /--dim row=2 is of no use: the model leaves/,
      ...open,
      "--dim",
      "rows=2",
      "--dim",
      "row=2",
    );
    await refused(2, /--dim is of no use: both/, ...compared, "--input", at("in.json"), "--dim", "n=1");
  },
  "compare --layout": async () => {
    const open = ["compare", at("open.onnx"), at("open.onnx"), "--input", at("rows.bin"), "--dim", "rows=2"];
    const { outputs } = await json(...open, "--layout", "nhwc");
    assert.ok(outputs[0].equal);
    await refused(
      2,
      /--layout is of no use: both/,
      ...compared,
      "--input",
      at("in.json"),
      "--layout",
      "nhwc",
    );
  },
  "compare --mean": () => comparedPixels("--mean"),
  "compare --std": () => comparedPixels("--std"),
  "compare --sample-rate": async () => {
    writeFileSync(at("in.wav"), writeWave([0, 0.5, 0, 0.5], { sampleRateHz: 16_000 }));
    const sound = [...compared, "--input", at("in.wav"), "--sample-rate"];
    assert.not.match((await done(...sound, "16000")).stderr, /resampled/);
    await refused(1, /calibration-invalid.*2 samples for an input/, ...sound, "8000");
  },
  "compare --operators": () =>
    refused(
      1,
      /operators-invalid.*no folder/,
      ...compared,
      "--input",
      at("in.json"),
      "--operators",
      at("absent"),
    ),
  "compare --on": async () => {
    const { a } = await json(...compared, "--input", at("in.json"), "--on", "node");
    assert.is(a.on, "on node");
    const models = ["compare", at("net.tflite"), at("net.tflite"), "--input", at("picture.bin")];
    await refused(2, /--on is of no use: neither of the two is a \.wasm/, ...models, "--on", "node");
  },
  "compare --tier": async () => {
    const node = [...compared, "--input", at("in.json"), "--on", "node", "--tier"];
    await done(...node, "portable");
    await refused(1, /tier-unavailable/, ...node, "accelerated");
  },
  "compare --port": async () => {
    const { outputs, b } = await json(...besideBoard, "--port", port);
    assert.equal([outputs[0].maxError, b.on], [1, "on simulated"], "the board adds 1");
    await refused(
      2,
      /--port names one board, and both/,
      ...compared,
      "--input",
      at("in.json"),
      "--port",
      port,
    );
    await refused(2, /--layers is of no use: a board's/, ...besideBoard, "--port", port, "--layers", at("x"));
  },
  "compare --key": async () => {
    await refused(1, /key-invalid/, ...besideBoard, "--port", port, "--key", at("in.json"));
    await done(...besideBoard, "--port", port, "--key", at("signer.pem"));
  },
  "compare --limit": async () => {
    const limits: (number | undefined)[] = [];
    board.onRun = (first, last, limit) => {
      limits.push(limit);
      return { code: 0, count: last - first };
    };
    await done(...besideBoard, "--port", port, "--limit", "77");
    board.onRun = undefined;
    assert.equal(limits, [77]);
  },
  "compare --json": async () =>
    assert.equal((await json(...compared, "--input", at("in.json"))).layersBy, "name"),

  "boards --model": async () => {
    assert.match(
      (await done("boards", "--model", at("small.wasm"))).stdout,
      / small\n.*fits, with [\d,]+ of RAM\n/,
    );
  },
  "boards --port": async () => {
    const { stdout } = await done("boards", "--port", port);
    assert.match(stdout, /^board +simulated, interface 3\nfirmware +open: /);
    const told = await json("boards", "--port", port);
    assert.equal([told.board, told.signed, told.keys], ["simulated", false, 0]);
    await refused(2, /cannot be used with option/, "boards", "--port", port, "--model", at("small.wasm"));
  },
  "boards --json": async () => assert.ok((await json("boards")).length > 5),

  "firmware --out": async () => {
    await done("firmware", "pico", "-o", at("pico.hex"));
    assert.ok(existsSync(at("pico.hex")));
  },
  "firmware --json": async () => {
    assert.is((await json("firmware", "pico", "-o", at("pico.elf"))).board, "pico");
  },

  "firmware --build": () =>
    besideDamagedPackage(async () => {
      await refused(1, /file-unreadable/, "firmware", "pico", "-o", at("pico.bin"));
      await done("firmware", "pico", "-o", at("pico.bin"), "--build");
      assert.ok(existsSync(at("pico.bin")));
    }),

  "firmware --trust": () => refused(1, /key-invalid/, "firmware", "pico", "--trust", at("in.json")),
  "firmware --private-outputs": () =>
    refused(2, /--private-outputs is of no use/, "firmware", "pico", "--private-outputs"),
  "firmware --device-key": async () => {
    await refused(2, /--device-key is of no use/, "firmware", "pico", "--device-key");
    const trusted = ["firmware", "pico", "--trust", at("signer.pub")];
    await refused(1, /device-key-invalid/, ...trusted, "--device-key", at("signer.pem"));
  },
  "firmware --source": async () => {
    writeFileSync(at("bad-name.c"), "");
    await refused(
      2,
      /bad-name.c: a driver's file is named after it/,
      "firmware",
      "pico",
      "--source",
      at("bad-name.c"),
    );
    await refused(1, /file-unreadable/, "firmware", "pico", "--source", at("nowhere.c"));
  },
  "firmware --action": () => refused(1, /file-unreadable/, "firmware", "pico", "--action", at("nowhere.c")),
  "flash --source": () =>
    refused(1, /file-unreadable/, "flash", "pico", "--device", at(""), "--source", at("nowhere.c")),
  "flash --action": () =>
    refused(2, /a driver's file is named after it/, "flash", "pico", "--action", at("a b.c")),
  "flash --device-key": () =>
    refused(2, /--device-key is of no use/, "flash", "pico", "--device", "nowhere", "--device-key"),
  "flash --trust": () =>
    refused(1, /key-invalid/, "flash", "pico", "--device", "nowhere", "--trust", at("in.json")),
  "flash --private-outputs": () =>
    refused(2, /--private-outputs is of no use/, "flash", "pico", "--device", "nowhere", "--private-outputs"),

  "flash --build": () =>
    besideDamagedPackage(async () => {
      await refused(1, /file-unreadable/, "flash", "pico", "--device", "nowhere");
      await refused(3, /nowhere is no UF2 volume/, "flash", "pico", "--device", "nowhere", "--build");
    }),
  "flash --method": () =>
    refused(1, /flash-method\].*the method esptool for pico/, "flash", "pico", "--method", "esptool"),
  "flash --device": () =>
    refused(3, /device-missing\].*nowhere is no UF2 volume/, "flash", "pico", "--device", "nowhere"),

  "push --port": async () => {
    const { stderr } = await done("push", at("board.wasm"), "--port", port);
    assert.match(stderr, /on-board is active on simulated/);
  },
  "push --on": () => refused(1, /board-other/, "push", at("board.wasm"), "--port", port, "--on", "pico"),
  "push --key": () =>
    refused(1, /key-invalid/, "push", at("board.wasm"), "--port", port, "--key", at("in.json")),
  "push --data": async () => {
    const rows = {
      dtype: "float32",
      shape: [1, 2],
      bytes: new Uint8Array(Float32Array.of(5, 6).buffer),
    } as const;
    writeFileSync(at("other.npy"), writeNpy(rows));
    writeFileSync(at("levels.json"), '{"odd": 7}');
    const data = ["--data", `apart=${at("other.npy")}`, `heard=${at("levels.json")}`];
    const command = ["push", at("app.wasm"), "--port", port];
    board.floats = true;
    await done(...command);
    const { patch } = await json(...command, ...data);
    assert.is(patch, true);
    const before = file("app.wasm");
    const expected = replaceData(
      replaceData(before, "apart", file("other.npy")),
      "heard",
      file("levels.json"),
    );
    assert.equal(board.activeModel, expected);
    assert.match(
      (await done("inspect", at("app.wasm"))).stdout,
      /data +apart: up to 2 rows of 2, a .npy\ndata +heard: levels of odd/,
    );
    await refused(
      1,
      /data-invalid.*"still"; there are apart, heard/,
      ...command,
      "--data",
      `still=${at("other.npy")}`,
    );
    await refused(2, /--data apart is no NAME=FILE/, ...command, "--data", "apart");
    await done("sign", at("app.wasm"), "--key", at("signer.pem"), "-o", at("signed-app.wasm"));
    const signedCommand = ["push", at("signed-app.wasm"), "--port", port, ...data];
    await refused(2, /is signed, and not of other data/, ...signedCommand);
    await done(...signedCommand, "--key", at("signer.pem"));
    writeFileSync(at("pushed.wasm"), board.activeModel as Uint8Array);
    board.floats = false;
    await done("verify", at("pushed.wasm"), "--key", at("signer.pub"));
  },
  "push --out": async () => {
    writeFileSync(at("levels.json"), '{"odd": 7}');
    const command = ["push", at("app.wasm"), "--port", port, "-o", at("new/pushed.wasm")];
    await refused(2, /--out is of no use: without --data/, ...command);
    board.floats = true;
    await done(...command, "--data", `heard=${at("levels.json")}`);
    board.floats = false;
    assert.equal(file("new/pushed.wasm"), board.activeModel as Uint8Array);
  },
  "push --trial": async () => {
    writeFileSync(at("trial.wasm"), modelFile("trial", 100, 9));
    board.requests.length = 0;
    await done("push", at("trial.wasm"), "--port", port, "--trial");
    assert.not.ok(board.requests.includes("64.3"), "nothing is run to confirm it");
    writeFileSync(at("tried.wasm"), modelFile("tried", 100, 10));
    await done("push", at("tried.wasm"), "--port", port);
    assert.ok(board.requests.includes("64.3"));
  },
  "push --json": async () => {
    assert.is((await json("push", at("board.wasm"), "--port", port)).board, "simulated");
  },
  "push --delta": async () => {
    board.flash.slots = [{ bytes: file("board.wasm"), complete: true }, undefined];
    board.flash.active = 0;
    const next = file("board.wasm");
    next[next.length - 1]! ^= 1;
    writeFileSync(at("next.wasm"), next);
    rmSync(at("cache/wasmote/pushed"), { recursive: true, force: true });
    const { stdout } = await done("push", at("next.wasm"), "--port", port, "--delta", at("board.wasm"));
    assert.match(stdout, /sent {3}\d+ bytes.* as a patch, \d+\.\d % of the model/);
    const { sentBytes, patch } = await json("push", at("board.wasm"), "--port", port);
    assert.equal([sentBytes, patch], [0, false], "it is still there");
    next[next.length - 2]! ^= 1;
    writeFileSync(at("next.wasm"), next);
    assert.ok((await json("push", at("next.wasm"), "--port", port)).patch, "what was pushed is known");
    await done("diff", at("next.wasm"), at("board.wasm"), "-o", at("back.patch"));
    assert.match((await done("push", at("back.patch"), "--port", port)).stderr, /on-board is active/);
    await refused(
      2,
      /--delta is of no use/,
      "push",
      at("back.patch"),
      "--port",
      port,
      "--delta",
      at("next.wasm"),
    );
    board.flash.slots = [undefined, undefined];
    await refused(1, /board-no-base/, "push", at("back.patch"), "--port", port);
  },
  "push --no-delta": async () => {
    await done("push", at("board.wasm"), "--port", port);
    const next = file("board.wasm");
    next[next.length - 3]! ^= 1;
    writeFileSync(at("whole.wasm"), next);
    const { sentBytes, patch } = await json("push", at("whole.wasm"), "--port", port, "--no-delta");
    assert.equal([sentBytes, patch], [next.length, false]);
    const both = ["--no-delta", "--delta", at("board.wasm")];
    await refused(2, /--no-delta is of no use/, "push", at("whole.wasm"), "--port", port, ...both);
  },

  "slots --port": async () => {
    await done("push", at("board.wasm"), "--port", port);
    assert.match((await done("slots", "--port", port)).stdout, / on-board +1 +- +- +active +[0-9a-f]{12}\n/);
    await refused(2, /no board is named/, "slots");
  },
  "slots --on": () => refused(1, /board-other/, "slots", "--port", port, "--on", "pico"),
  "slots --test": async () => {
    await refused(1, /slot-unknown/, "slots", "--port", port, "--test", "9");
    await refused(2, /cannot be used with option/, "slots", "--port", port, "--test", "0", "--revert");
    assert.match((await done("slots", "--port", port, "--test", activeSlot())).stderr, /slot \d is on trial/);
  },
  "slots --confirm": async () => {
    assert.match((await done("slots", "--port", port, "--confirm")).stderr, /the active model is confirmed/);
    const { stderr } = await done("slots", "--port", port, "--confirm", activeSlot());
    assert.match(stderr, /slot \d is confirmed/);
  },
  "slots --revert": () => refused(1, /trial-none/, "slots", "--port", port, "--revert"),
  "slots --erase": async () => {
    await refused(1, /board-busy/, "slots", "--port", port, "--erase", activeSlot());
    const other = String(1 - board.flash.active);
    assert.match((await done("slots", "--port", port, "--erase", other)).stderr, /is erased/);
    assert.is(board.flash.slots[Number(other)], undefined);
  },
  "slots --key": async () => {
    await refused(
      2,
      /--key is of no use: nothing is changed/,
      "slots",
      "--port",
      port,
      "--key",
      at("signer.pem"),
    );
    await done("slots", "--port", port, "--confirm", "--key", at("signer.pem"));
  },
  "slots --json": async () => {
    const { signed, slots } = await json("slots", "--port", port);
    assert.equal([signed, slots.filter(({ active }: { active: boolean }) => active).length], [false, 1]);
  },

  "capture --port": async () => {
    await refused(
      2,
      /no board is named\nhelp: Name one behind the command, or give --port/,
      "capture",
      "--label",
      "yes",
    );
    const command = await capturing();
    board.lacksSource = true;
    await refused(1, /board-not-capturing.*the board has no source "adc"/, ...command);
    board.lacksSource = false;
    await pushApplication();
    await refused(1, /board-not-capturing/, ...command);
    await done("push", at("board.wasm"), "--port", port);
    await refused(1, /board-no-application/, ...command);
    await capturing();
    board.cyclesOfRequest = 64_000_000 / 100;
    await refused(1, /board-line-slow.*brings \S+ bytes a second, and 2,000 bytes come/, ...command);
    board.cyclesOfRequest = 0;
    assert.not(board.isCapturing);
    board.sourceEndsAt = 600;
    await refused(1, /capture-incomplete.*ended after 600 of 1000 samples/, ...command);
    board.sourceEndsAt = Number.POSITIVE_INFINITY;
    await refused(1, /board-other/, ...command, "pico");
  },
  "capture --seconds": async () => {
    const { files } = await json(...(await capturing()), "--seconds", "0.25");
    assert.equal([files[0].samples, files[0].seconds, files[0].rate], [250, 0.25, 1000]);
    for (const wrong of ["0", "-1", "3601", "long"])
      await refused(
        2,
        /must be a number of seconds up to 3600/,
        ...(await capturing()),
        `--seconds=${wrong}`,
      );
  },
  "capture --label": async () => {
    const command = [...(await capturing()), "--seconds", "0.1"];
    const named = command.map((text) => (text === "yes" ? "no way" : text));
    const [first, second] = [await json(...named), await json(...named)].map(({ files }) => files[0]);
    assert.equal([first.file, first.label], [at("captured/no way.1.npy"), "no way"]);
    assert.is(second.file, at("captured/no way.2.npy"));
    const wrong = command.map((text) => (text === "yes" ? "../yes" : text));
    await refused(2, /--label \.\.\/yes: files are named after it/, ...wrong);
    await refused(2, /required option '--label/, "capture", "--port", port);
  },
  "capture --repeat": async () => {
    const { files } = await json(...(await capturing()), "--seconds", "0.05", "--repeat", "3");
    const names = files.map((each: { file: string }) => each.file);
    assert.is(new Set(names).size, 3);
    assert.ok(names.every((name: string) => existsSync(name)));
  },
  "capture --out": async () => {
    const command = (await capturing()).map((text) => (text === at("captured") ? at("new/captured") : text));
    await done(...command, "--seconds", "0.1");
    const { dtype, shape, bytes } = parseNpy(file("new/captured/yes.1.npy"));
    assert.equal([dtype, shape], ["int16", [100, 1]]);
    assert.equal(
      [...new Int16Array(bytes.buffer)],
      Array.from({ length: 100 }, (_, i) => i),
    );
  },
  "capture --format": async () => {
    const command = [...(await capturing()), "--seconds", "0.1", "--format", "wav"];
    const { files } = await json(...command);
    const wave = readWave(new Uint8Array(readFileSync(files[0].file)));
    assert.equal([wave.sampleRateHz, wave.channels, wave.samples.length], [1000, 1, 100]);
    assert.is(wave.samples[99], 99 / 32768);
    await capturing(1000, 3);
    await refused(2, /--format wav: the source has 3 channels at 1000 samples a second/, ...command);
    assert.not(board.isCapturing);
    await capturing(16_000);
    const [sound] = (await json(...command.slice(0, -2))).files;
    assert.match(sound.file, /yes\.\d+\.wav$/);
    await capturing(1000, 3);
    const [motion] = (await json(...command.slice(0, -2))).files;
    assert.equal(parseNpy(new Uint8Array(readFileSync(motion.file))).shape, [100, 3]);
  },
  "capture --allow-gaps": async () => {
    const command = [...(await capturing()), "--seconds", "0.1"];
    [board.loses, board.losesFrom] = [20, 50];
    await refused(1, /capture-incomplete.*20 samples were lost after the first 56/, ...command);
    const { files } = await json(...command, "--allow-gaps");
    [board.loses, board.losesFrom] = [0, Number.POSITIVE_INFINITY];
    assert.equal(
      files.map((each: { samples: number }) => each.samples),
      [56, 7],
    );
  },
  "capture --key": async () => {
    await done(...(await capturing()), "--seconds", "0.1", "--key", at("signer.pem"));
    await refused(1, /key-invalid/, ...(await capturing()), "--key", at("in.json"));
  },
  "capture --json": async () => {
    const { files } = await json(...(await capturing()), "--seconds", "0.1");
    assert.equal(Object.keys(files[0]), ["file", "label", "seconds", "samples", "rate", "channels"]);
  },

  "log --port": async () => {
    await pushApplication();
    const { stdout, stderr } = await done("log", "--port", port);
    assert.match(stdout, /^number +start +time +run +event +level\n +0 +1 +1.500 s +7 +knock +0.750\n/);
    assert.is(stdout.split("\n").length, 6);
    assert.match(
      stderr,
      /the application is running; 100 runs, 2 lost; busy for 12.5 % .*; the board lacks its pin/,
    );
    await refused(2, /no board is named/, "log");
    await pushApplication(false);
    await refused(1, /board-not-shared/, "log", "--port", port);
    await done("push", at("board.wasm"), "--port", port);
    await refused(1, /board-no-application/, "log", "--port", port);
  },
  "log --on": () => refused(1, /board-other/, "log", "--port", port, "--on", "pico"),
  "log --clear": async () => {
    await pushApplication();
    assert.match((await done("log", "--port", port, "--clear")).stderr, /the log is cleared/);
    assert.match((await done("log", "--port", port)).stdout, /^no events\n/);
  },
  "log --snippets": async () => {
    const snippets = { before: 1, after: 1, keep: 2, events: [0, 1], perDay: 1000 };
    const command = ["log", "--port", port, "--snippets", at("snippets")];
    await pushApplication(false);
    await refused(1, /board-not-shared/, ...command);
    await pushApplication(false, { share: { events: false, counters: false, capture: false, snippets } });
    board.snippets = [
      { number: 4, event: 1, samples: Int16Array.of(1, -2, 3, -4) },
      { number: 6, event: 1, samples: Int16Array.from({ length: 700 }, (_, i) => i) },
    ];
    await refused(2, /--clear is of no use/, ...command, "--clear");
    const found = await json(...command);
    assert.equal([found.leftOff, found.missed, found.snippets.length], [3, 1, 2]);
    const [first, second] = [1, 2].map((i) => parseNpy(file(`snippets/rattle.${i}.npy`)));
    assert.equal([...new Int16Array(first!.bytes.buffer)], [1, -2, 3, -4]);
    assert.equal(
      [...new Int16Array(second!.bytes.buffer)],
      Array.from({ length: 700 }, (_, i) => i),
    );
    const facts = JSON.parse(readFileSync(at("snippets/rattle.1.json"), "utf8"));
    const expected = { event: "rattle", level: 0.5, run: 70, milliseconds: 5000, before: 2, samples: 4 };
    assert.equal(facts, { ...expected, rate: 1000, channels: 1 });
    assert.match((await done(...command)).stdout, /^0 snippets; 3 events left off .*, 1 for want of memory/);
  },
  "log --summary": async () => {
    const command = ["log", "--port", port, "--summary"];
    await pushApplication();
    await refused(1, /board-not-shared/, ...command);
    const histograms = [
      { name: "knock", tensor: "levels", element: 0, bounds: [0.25, 0.5] },
      { name: "motion 2", tensor: "observed", element: 0, bounds: [1] },
    ] as const;
    const share = { events: false, counters: true, capture: false };
    await pushApplication(false, { share, histograms });
    board.histograms = [
      [5, 0, 15],
      [1234, 0],
    ];
    const { stdout } = await done(...command);
    assert.match(stdout, /^100 runs, 2 lost\nevent +times\nknock +0\nrattle +10\n\nknock: 20 runs counted\n/);
    assert.match(stdout, /\n +0.25 +5 +25.0 %\n +0.5 +15 +75.0 %\n\nmotion 2: 1,234 runs counted\n/);
    const told = await json(...command);
    assert.equal(told.events, [
      { event: "knock", count: 0 },
      { event: "rattle", count: 10 },
    ]);
    assert.equal(told.histograms[1], {
      of: "motion 2",
      bins: [
        { from: null, to: 1, count: 1234 },
        { from: 1, to: null, count: 0 },
      ],
    });
    board.histograms = [[5, 0, 15], [1]];
    await refused(1, /board-protocol/, ...command);
    await refused(2, /--clear is of no use/, ...command, "--clear");
  },
  "log --key": async () => {
    await pushApplication();
    await done("log", "--port", port, "--key", at("signer.pem"));
  },
  "log --json": async () => {
    await pushApplication();
    const { events } = await json("log", "--port", port);
    assert.is(events.length, 4);
    assert.equal(events[1], { sequence: 3, boot: 2, milliseconds: 20, run: 0, event: "rattle", level: 1 });
  },

  "keys --port": async () => {
    const { stdout, stderr } = await done("keys", "--port", port);
    assert.is(stdout, "");
    assert.match(stderr, /the firmware is open/);
  },
  "keys --on": () => refused(1, /board-other/, "keys", "--port", port, "--on", "pico"),
  "keys --add": async () => {
    await refused(2, /--add and --retire take --key/, "keys", "--port", port, "--add", at("other.pub"));
    const add = ["keys", "--port", port, "--add", at("other.pub"), "--key", at("signer.pem")];
    await refused(1, /board-open/, ...add);
  },
  "keys --retire": () => refused(1, /key-invalid/, "keys", "--port", port, "--retire", at("in.json")),
  "keys --key": () =>
    refused(2, /--key is of no use: nothing is changed/, "keys", "--port", port, "--key", at("signer.pem")),
  "keys --json": async () => assert.equal((await json("keys", "--port", port)).keys, []),

  "monitor --port": () => refused(3, /port-unavailable/, "monitor", "--port", `unix:${at("absent")}`),
  "monitor --events": async () => {
    const payload = { event: 1, name: "rattle", run: 7, level: 0.5 };
    const notice = encodeFrames(
      encodeMessage({ operation: 1, group: 64, command: 19, sequence: 3, payload }),
    );
    // A board that tells of an event before each answer, and whose cable is pulled after a while.
    const noisy = createServer((socket) => {
      const line = board.connect({
        toHost: (bytes) => Buffer.concat([notice, Buffer.from("text\n"), bytes]),
      });
      line.onData((sent) => socket.write(sent));
      socket.on("data", (sent) => line.write(sent));
      setTimeout(() => socket.end(), 500);
    }).listen(at("noisy"));
    const { code, stdout } = await inProcess(["monitor", "--port", `unix:${at("noisy")}`, "--events"]);
    noisy.close();
    assert.equal([code, stdout, board.notifies], [3, "event rattle 0.500, run 7\ntext\n", true]);
  },
  "monitor --key": async () => {
    const monitor = ["monitor", "--port", port, "--key"];
    await refused(2, /--key is of no use: without --events/, ...monitor, at("signer.pem"));
    await refused(1, /key-invalid/, ...monitor, at("in.json"), "--events");
  },
  "monitor --baud": async () => {
    await refused(2, /whole number/, "monitor", "--port", "x", "--baud", "fast");
    await refused(2, /--baud is of no use/, "monitor", "--port", port, "--baud", "9600");
  },

  "diff --out": async () => {
    await done("diff", at("net.wasm.copy"), at("small.wasm"), "-o", at("to-small.patch"));
    assert.is(Buffer.from(bytes("to-small.patch").slice(0, 4)).toString(), "WMPT");
  },
  "diff --encrypt-to": async () => {
    await done("keygen", "--device", "-o", at("patched.pem"));
    const models = [at("net.wasm.copy"), at("small.wasm")];
    await done("diff", ...models, "-o", at("sealed.patch"), "--encrypt-to", at("patched.pub"));
    const key = readDevicePrivateKey(readFileSync(at("patched.pem"), "utf8"));
    assert.is(Buffer.from(openSealed(file("sealed.patch"), key).slice(0, 4)).toString(), "WMPT");
  },
  "diff --json": async () => {
    const { patchBytes } = await json("diff", at("net.wasm.copy"), at("small.wasm"), "-o", at("told.patch"));
    assert.is(patchBytes, bytes("told.patch").length);
  },

  "export --as": () =>
    refused(
      2,
      /'cobol' is invalid. Allowed choices are c,/,
      "export",
      at("net.wasm.copy"),
      "--as",
      "cobol",
      "-o",
      at("none"),
    ),
  "export --board": () =>
    refused(1, /board/, "export", at("net.wasm.copy"), "--as", "c", "--board", "none", "-o", at("none")),
  "export --core": () =>
    refused(
      2,
      /'z80' is invalid. Allowed choices are cortex-m0plus,/,
      "export",
      at("net.wasm.copy"),
      "--as",
      "c",
      "--core",
      "z80",
      "-o",
      at("none"),
    ),
  "export --tier": () =>
    refused(2, /tier/, "export", at("net.wasm.copy"), "--as", "c", "--tier", "none", "-o", at("none")),
  "export --model": () =>
    refused(2, /model/, "export", at("net.wasm.copy"), "--as", "c", "--model", "none", "-o", at("none")),
  "export --out": async () => {
    await done("export", at("net.wasm.copy"), "--as", "c", "--core", "host", "-o", at("out-c"));
    assert.ok(existsSync(at("out-c/CMakeLists.txt")));
  },
  "export --force": async () => {
    await done("export", at("net.wasm.copy"), "--as", "c", "--core", "host", "-o", at("forced"));
    await done("export", at("net.wasm.copy"), "--as", "c", "--core", "host", "--force", "-o", at("forced"));
  },
  "export --json": async () => {
    const { stdout } = await inProcess([
      "export",
      at("net.wasm.copy"),
      "--as",
      "c",
      "--core",
      "host",
      "--json",
      "-o",
      at("told"),
    ]);
    assert.ok(JSON.parse(stdout).models.length === 1);
  },

  "keygen --out": async () => {
    await done("keygen", "-o", at("keys/made.pem"));
    assert.ok(existsSync(at("keys/made.pem")) && existsSync(at("keys/made.pub")));
    await refused(2, /required option '-o, --out <file>' not specified/, "keygen");
  },
  "keygen --force": async () => {
    await done("keygen", "-o", at("forced.pem"));
    await refused(1, /key-exists/, "keygen", "-o", at("forced.pem"));
    await done("keygen", "-o", at("forced.pem"), "--force");
  },
  "keygen --device": async () => {
    const { id } = await json("keygen", "--device", "-o", at("device.pem"));
    assert.match(id, /^[0-9a-f]{16}$/);
    await refused(1, /device-key-invalid/, ...signing(), "--encrypt-to", at("signer.pub"));
  },
  "keygen --port": async () => {
    const { publicKey } = await json("keygen", "--device", "--port", port, "-o", at("board.pub"));
    assert.is(publicKey, Buffer.from(rawPublicKey(board.deviceKey)).toString("hex"));
    await refused(2, /--port is of no use/, "keygen", "--port", port, "-o", at("x.pub"));
    await refused(2, /no public key's name/, "keygen", "--device", "--port", port, "-o", at("x.pem"));
    await refused(1, /key-exists/, "keygen", "--device", "--port", port, "-o", at("board.pub"));
  },
  "keygen --json": async () => {
    const { id, publicKey } = await json("keygen", "-o", at("told.pem"));
    assert.match(`${id} ${publicKey}`, /^[0-9a-f]{24} [0-9a-f]{64}$/);
  },

  "sign --key": () => refused(1, /file-unreadable.*absent/, ...signing("absent.pem")),
  "sign --out": async () => {
    await done(...signing().slice(0, -1), at("new/signed.wasm"));
    assert.ok(existsSync(at("new/signed.wasm")));
  },
  "sign --id": async () => assert.is((await signed("--id", "käse")).id, "käse"),
  "sign --version": async () => {
    assert.is((await signed("--version", "7")).version, 7);
    for (const wrong of ["0", "1.5", "v2", "4294967296"])
      await refused(2, /--version \S+ is no number of a model/, ...signing(), "--version", wrong);
  },
  "sign --for": async () => {
    assert.equal((await signed("--for", "rp2", "qemu-rv32")).for, ["rp2", "qemu-rv32"]);
    await refused(1, /board-unknown.*"pic" \(did you mean pico\?\)/, ...signing(), "--for", "pic");
  },
  "sign --allow-downgrade": async () => {
    assert.equal([(await signed()).downgrade, (await signed("--allow-downgrade")).downgrade], [false, true]);
  },
  "sign --confirm-after": async () => {
    assert.equal([(await signed()).runs, (await signed("--confirm-after", "0")).runs], [16, 0]);
    await refused(2, /--confirm-after -1 is no number/, ...signing(), "--confirm-after=-1");
  },
  "sign --self-test": async () => {
    assert.match(
      (await signed("--self-test", at("in.json"))).selfTest,
      /^7 bytes, with inputs of .*in\.json$/,
    );
    await refused(1, /input-size/, ...signing(), "--self-test", at("in.bin"));
  },
  "sign --no-self-test": async () => {
    assert.is((await signed("--no-self-test")).selfTestBytes, 0);
    const both = ["--no-self-test", "--self-test", "random"];
    await refused(2, /--no-self-test is of no use: --self-test is given/, ...signing(), ...both);
  },
  "sign --encrypt-to": async () => {
    await done("keygen", "--device", "--port", port, "-o", at("to.pub"), "--force");
    const { fileBytes, recipients } = await signed("--encrypt-to", at("to.pub"));
    assert.equal([fileBytes, recipients], [bytes("signed.wasm").length, 1]);
    assert.ok(isSealed(file("signed.wasm")));
    await refused(1, /it is an encrypted model/, "inspect", at("signed.wasm"));
    assert.match((await done("push", at("signed.wasm"), "--port", port)).stderr, /is active on simulated/);
    await refused(
      1,
      /seal-recipients/,
      ...signing(),
      "--encrypt-to",
      at("to.pub"),
      "--encrypt-to",
      at("to.pub"),
    );
  },
  "sign --json": async () => assert.match((await signed()).key, /^[0-9a-f]{24}$/),

  "verify --key": async () => {
    await signed();
    await done("verify", at("signed.wasm"), "--key", at("signer.pub"));
    await refused(1, /signature-untrusted/, "verify", at("signed.wasm"), "--key", at("other.pub"));
    await done("verify", at("signed.wasm"), "--key", at("other.pub"), "--key", at("signer.pub"));
  },
  "verify --json": async () => {
    await signed("--version", "2");
    const { keys, trust } = await json("verify", at("signed.wasm"), "--key", at("signer.pub"));
    assert.equal([keys[0].signed, trust.version], [true, 2]);
  },

  "doctor --board": async () => {
    const { stdout } = await inProcess(["doctor", "--board", "qemu-rv32"]);
    assert.match(stdout, /\nqemu-rv32 /);
    assert.not.match(stdout, /\npico /);
  },
  "doctor --json": async () => {
    const { stdout } = await inProcess(["doctor", "--json"]);
    assert.ok(JSON.parse(stdout).boards.length > 5);
  },

  "toolchain --check": async () => {
    tools.script("apt-get", `/bin/touch '${at("asked")}'`);
    await refused(3, /tool-missing/, "toolchain", "--check");
    assert.not(existsSync(at("asked")));
  },
  "toolchain --json": async () => {
    const { stdout } = await inProcess(["toolchain", "--check", "--json"]);
    assert.ok(JSON.parse(stdout).some((tool: { program: string }) => tool.program === "cmake"));
  },
};

/** In a project whose package of firmware cannot be read. */
async function besideDamagedPackage(work: () => Promise<void>): Promise<void> {
  const project = at("project");
  const firmware = join(project, "node_modules", "@wasmote", "firmware");
  mkdirSync(firmware, { recursive: true });
  writeFileSync(join(firmware, "firmware.json"), "{");
  const before = process.cwd();
  process.chdir(project);
  try {
    await work();
  } finally {
    process.chdir(before);
  }
}

/** The board is told the limit. */
async function limited(command: string): Promise<void> {
  const limits: (number | undefined)[] = [];
  board.onRun = (first, last, limit) => {
    limits.push(limit);
    return { code: 0, count: last - first };
  };
  const inputs = command === "run" ? ["--input", at("in.bin")] : [];
  await done(command, at("board.wasm"), ...inputs, "--port", port, "--limit", "77");
  board.onRun = undefined;
  assert.ok(limits.length > 0 && limits.every((limit) => limit === 77));
}

test("every option has a test, and every test an option", async () => {
  const program = await createProgram([], processOutput({ write: () => true }, { write: () => true }));
  const options = program.commands.flatMap((command) =>
    command.options.map((option) => `${command.name()} ${option.long}`),
  );
  assert.equal(options.sort(), Object.keys(obeyed).sort());
});

test.before(async () => {
  mkdirSync(at("new"), { recursive: true });
  await done("build", at("net.tflite"), "-o", at("net.wasm.copy"));
});

for (const [option, check] of Object.entries(obeyed)) test(`${option} is obeyed`, check);

test.run();
