import { readableModels } from "./files/formats.js";
import { shortened } from "./visible.js";

/** Where a problem was found. Every part is optional; what is known is printed. */
export interface Place {
  /** File that was read. */
  file?: string;
  /** Node's name in the model. */
  node?: string;
  /** Operator of that node. */
  operator?: string;
}

/** Exit codes of the command line. */
export const exitCodes = { done: 0, refused: 1, usage: 2, missing: 3, defect: 70 } as const;

interface Entry {
  readonly exit: number;
  readonly title: string;
  readonly help: string;
}

const refused = (title: string, help: string): Entry => ({ exit: exitCodes.refused, title, help });
const missing = (title: string, help: string): Entry => ({ exit: exitCodes.missing, title, help });

/**
 * The one table of errors. `title` is the constant part of the message, `help` the next step.
 * The variable part (what was found, what was expected) is given by the code that throws.
 */
export const errorTable = {
  "file-unreadable": refused("the file cannot be read", "Check the path and its permissions."),
  "file-empty": refused("the file is empty", "Export or copy the file again: it has no bytes."),
  "file-too-large": refused(
    "the file is larger than wasmote reads",
    "Check that it is the file that you mean; samples may be split into several files.",
  ),
  "patch-invalid": refused(
    "the patch is damaged",
    "Make it again: `wasmote diff OLD.wasm NEW.wasm -o PATCH`.",
  ),
  "patch-needless": refused(
    "the two files are the same",
    "Name the file that the board has, then the one that it is to have.",
  ),
  "patch-foreign": refused(
    "the patch is for another file",
    "Make a patch from the file that is in use: `wasmote diff OLD.wasm NEW.wasm -o PATCH`.",
  ),
  "file-unwritable": refused(
    "the file cannot be written",
    "Check that the folder exists and may be written to.",
  ),
  "format-unknown": refused("the file is of no format that wasmote reads", `Give ${readableModels}.`),
  "format-convertible": refused(
    "the format is known, but not read",
    `Convert the model to ${readableModels}.`,
  ),
  "weights-alone": refused(
    "the file holds weights without the model that they belong to",
    "Export the whole model, from the tool that trained it.",
  ),
  "model-built": refused(
    "the model is built already",
    "Run it with `wasmote run`, or put it on a board with `wasmote push`; `wasmote inspect` shows what it holds.",
  ),
  "model-weightless": refused(
    "the file holds a model's architecture without its weights",
    "Save the model with its weights: in Keras with model.save, then convert it with tensorflowjs_converter or to .tflite.",
  ),
  "model-layerless": refused(
    "the file holds weights without the model's architecture",
    'Build the model in Keras, load the weights into it, and save it whole: model.load_weights(FILE); model.save("model.keras").',
  ),
  "library-missing": missing(
    "a library that this format is read with is not installed",
    "Install it beside wasmote: npm install h5wasm (it is an optional dependency).",
  ),
  "model-too-large": refused(
    "the model is larger than wasmote takes",
    "Take a model made for microcontrollers, or split it.",
  ),
  "model-corrupt": refused(
    "the model file is damaged",
    "Export the model again, or compare its checksum with the original's.",
  ),
  "model-invalid": refused(
    "the model contradicts itself",
    "Fix the model at the place named, and export it again.",
  ),
  "model-open": refused(
    "the model leaves lengths of its inputs open",
    "Give each a length: --dim NAME=LENGTH.",
  ),
  "model-unsupported": refused(
    "the model uses what wasmote cannot run",
    "Replace the operators named, split the model before them, or add them: docs/add-an-operator.md.",
  ),
  "shard-missing": refused(
    "a weights file of the model is missing or cannot be read",
    "Put every file that the model names beside it, as a regular file.",
  ),
  "shard-short": refused(
    "a weights file of the model has the wrong size",
    "Download or export the weights again: all files must come from the same export.",
  ),
  "weights-not-finite": refused(
    "the weights hold a value that is not a finite number",
    "Train again: NaN or infinity in weights comes from a diverged training or a damaged file.",
  ),
  "application-invalid": refused(
    "the application's file is not as it must be",
    "Change it at the place named; docs/applications.md says what it may hold, and editors complete it with the schema.",
  ),
  "calibration-missing": refused(
    "a float model needs calibration samples to be quantized",
    "Give real inputs with --calibrate FILE|DIR; a hundred samples are usually enough.",
  ),
  "calibration-invalid": refused(
    "the samples do not fit the model's input",
    "Give samples of the input's own shape, with or without a leading sample axis.",
  ),
  "budget-invalid": {
    exit: exitCodes.usage,
    title: "the budget cannot be read",
    help: "Give bytes of RAM and flash and a time, as far as they are bounded: --budget ram=96k,flash=512k,latency=50ms.",
  },
  "budget-exceeded": refused(
    "no form of the model that was found is within the budget",
    "Give it more, another board, or a smaller model.",
  ),
  "level-none": refused(
    "no level has as few false alarms as are wanted",
    "Allow more with --false-alarms, leave the event out with --event, or change the model or the decision's times.",
  ),
  "labels-invalid": refused(
    "the labels do not fit the samples",
    "Give one label for each sample: the number of a class, or a name that the model's output has for one.",
  ),
  "layers-invalid": refused(
    "the file does not say where the layers of a built model lie",
    "Give the layers.json that `wasmote build --keep DIR` wrote for this very file.",
  ),
  "models-differ": refused(
    "the two models do not take and give the same",
    "Compare a model with what was built of it, with the same --dim and --layout.",
  ),
  "memory-exceeded": refused(
    "the model needs more memory than a microcontroller's model may have",
    "Use smaller activations: a smaller input or fewer channels in the first layers.",
  ),
  "input-count": refused(
    "the number of input files is wrong",
    "Give one --input for each model input, in order.",
  ),
  "output-count": refused(
    "the number of output files is wrong",
    "Give one --output for each model output, in order.",
  ),
  "input-size": refused(
    "the input file has the wrong size",
    "Give exactly the bytes, numbers or samples that the input takes.",
  ),
  "input-dtype": refused(
    "the input file has the wrong dtype",
    "Give the model's own dtype, or float32 numbers to be quantized.",
  ),
  "input-invalid": refused(
    "the input file cannot be decoded",
    "Check that the file is what its ending says.",
  ),
  "input-kind": refused(
    "the file is of no kind that wasmote reads here",
    "Inputs and outputs may be .npy, .bin or .json, inputs also .png, .jpg, .bmp and .wav.",
  ),
  "output-size": refused(
    "the output is too large to be written as text",
    "Write it to a .npy or .bin file with --output.",
  ),
  "module-invalid": refused("the .wasm file is not a valid module", "Build it again with `wasmote build`."),
  "module-unbuilt": refused("the model is not built yet", "Build it first: `wasmote build MODEL`."),
  "module-foreign": refused(
    "the .wasm file was not built by wasmote",
    "Build one with `wasmote build MODEL`.",
  ),
  "module-newer": refused("the .wasm file has a newer format", "Update wasmote, or build the file again."),
  "run-failed": refused(
    "the model stopped while running",
    "Check inputs that are indices: those outside of what they index stop a model. Else build the file again; if it stays, please report it.",
  ),
  "run-limit": refused(
    "the run reached its limit and was stopped",
    "Give a higher --limit, in milliseconds; a file that never ends is damaged, or not what it says.",
  ),
  "board-unknown": refused("no such board or runner", "Name a board that `wasmote boards` lists."),
  "tier-unavailable": refused("this runner does not offer that tier", "Use --tier portable."),
  "board-invalid": refused(
    "a board's file is wrong",
    "Correct the field named; docs/add-a-board.md lists them all.",
  ),
  "board-too-small": refused(
    "the model does not fit the board",
    "Take a board with more, or a smaller model; `wasmote boards --model MODEL.wasm` says where it fits.",
  ),
  "board-floats": refused(
    "the model computes with floats, and the board's firmware has no floating-point operations",
    "Take a board that has them; or flash the firmware of this version (`wasmote flash BOARD`), where the one on the board is older; or quantize the model.",
  ),
  "board-lacks": refused(
    "the board has not what the application asks for",
    "Take a board that has it, or change the application's file; docs/standalone.md says which board has what.",
  ),
  "board-emulator-none": refused(
    "this board has no emulator",
    "Connect the board and name its serial port with --port; --port auto finds it.",
  ),
  "board-other": refused(
    "another board is at the port",
    "Name that board, name none, or give the port of the board that is meant.",
  ),
  "board-silent": missing(
    "the board does not answer",
    "Check the port, and that the board runs wasmote's firmware (`wasmote flash BOARD`).",
  ),
  "board-slow": missing(
    "the board takes too long",
    "Check the line and its speed; reset the board, and try again.",
  ),
  "board-protocol": refused(
    "the board answers what it should not",
    "Flash the firmware of this version: `wasmote flash BOARD`.",
  ),
  "board-failed": refused(
    "the board could not do it",
    "Reset the board and try again; `wasmote monitor` shows what it says.",
  ),
  "board-no-model": refused("no model is active on the board", "Push one with `wasmote push MODEL.wasm`."),
  "board-no-application": refused(
    "the active model on the board is no application",
    "Push one: `wasmote push APP.wasm`.",
  ),
  "board-not-shared": refused(
    "the application on the board does not share that",
    "Build it anew with `share.events`, or what else is asked for, in its file.",
  ),
  "board-not-capturing": refused(
    "the application on the board gives no samples",
    "Build one that does: `wasmote app init --capture`, or `share.capture` true in its file and a source that the board has.",
  ),
  "board-line-slow": refused(
    "the line to the board is too slow for its samples",
    "Take a lower rate or fewer channels, or a board that is connected by its own USB.",
  ),
  "data-invalid": refused(
    "the reference data does not fit the application",
    "`wasmote inspect APP.wasm` lists what may be replaced, and how much of it: docs/applications.md says how files are written.",
  ),
  "capture-incomplete": refused(
    "the samples did not come whole",
    "Try again with a longer `source.buffer` in the application's file, or with --allow-gaps, which writes each stretch to a file of its own.",
  ),
  "board-bad-request": refused(
    "the board refuses the request",
    "Flash the firmware of this version: `wasmote flash BOARD`.",
  ),
  "board-bad-model": refused(
    "the board finds that the file is no model",
    "Build it again with `wasmote build`, and push it.",
  ),
  "board-abi": refused(
    "the model needs an interface or an import that the firmware lacks",
    "Flash the firmware of this version: `wasmote flash BOARD`.",
  ),
  "board-memory": refused(
    "the board has too little RAM for the model",
    "Take a smaller model or a board with more RAM.",
  ),
  "board-flash": refused(
    "the board's flash cannot take the model",
    "Take a smaller model or a board with more flash; if it fits, the flash may be worn out.",
  ),
  "board-hash": refused("what arrived on the board is not what was sent", "Push the model again."),
  "board-trap": refused(
    "the model trapped on the board",
    "Check inputs that are indices: those outside of what they index stop a model. Else build the file again; if it stays, please report it.",
  ),
  "board-limit": refused(
    "the run reached its limit on the board and was stopped",
    "Give a higher --limit, in units of the board's counter.",
  ),
  "export-refused": refused(
    "the model cannot be exported",
    "Build it anew with `wasmote build`, and report it if it stays; `--tier both` leaves everything in it.",
  ),
  "export-storage": refused(
    "only an export in plain C reads models from files",
    "Leave out --model file, so that the models are arrays, or export --as c.",
  ),
  "export-folder": refused(
    "the folder cannot take the export",
    "Name a folder that is not there, or is empty; --force replaces an earlier export.",
  ),
  "export-changed": refused(
    "the folder has files that the earlier export did not write so",
    "Move them to another folder, or delete them, and export anew; or name another folder.",
  ),
  "export-name": refused("two models would have the same name in C", "Give one of the files another name."),
  "device-key-invalid": refused(
    "the device's key cannot be used",
    "Give a key that `wasmote keygen --device` made, or that the device told.",
  ),
  "seal-recipients": refused(
    "a file cannot be encrypted to these keys",
    "Give each device's key once with --encrypt-to; devices of a group may share one key.",
  ),
  "sealed-invalid": refused(
    "the encrypted file is damaged or was changed",
    "Encrypt it again with `wasmote sign --encrypt-to`.",
  ),
  "sealed-for-others": refused(
    "the file is encrypted for other devices",
    "Encrypt it to this device's key with --encrypt-to.",
  ),
  "board-busy": refused(
    "the slot is in use, or an upload is not complete",
    "Wait for the other program to end, or reset the board, and push again.",
  ),
  "board-untrusted": refused(
    "the board runs nothing that is not signed by a key that it trusts",
    "Sign the model with `wasmote sign` and a key of which the firmware was built with the public half (`firmware --trust`).",
  ),
  "board-older": refused(
    "the board has had a higher version of that model",
    "Sign it with a higher --version; or, to go back on purpose, with --allow-downgrade.",
  ),
  "board-locked": refused(
    "the board's firmware allows that in a signed session only",
    "Give --key KEY.pem, the private half of a key that the board trusts.",
  ),
  "board-self-test": refused(
    "the model did not give on the board what its self-test expects; the model before is active",
    "Compare with `wasmote run` on this machine, and build and sign the model anew.",
  ),
  "board-no-base": refused(
    "the patch is for a model that the board does not have",
    "Push the whole model, or make a patch with `wasmote diff` from the one that `wasmote slots` lists.",
  ),
  "board-bad-patch": refused(
    "the patch is damaged",
    "Make it anew with `wasmote diff`, or push the whole model.",
  ),
  "board-sealed": refused(
    "the board cannot open the encrypted file",
    "Encrypt it to the key that `wasmote keygen --device --port PORT` asks the board for; its firmware takes `--device-key`.",
  ),
  "board-no-device-key": refused(
    "the board has no key that models are encrypted to, and makes none",
    "Its firmware has to be built with --trust and --device-key: `wasmote flash BOARD --trust KEY.pub --device-key BOARD.pem`. A board makes a key of its own only where its chip has a source of random numbers that works.",
  ),
  "board-open": refused(
    "the board's firmware is open: it knows no keys",
    "Flash firmware that runs signed models only: `wasmote flash BOARD --trust KEY.pub`.",
  ),
  "slot-unknown": refused(
    "the board has no such slot",
    "`wasmote slots` lists them: give a number, or what its file's hash begins with.",
  ),
  "trial-none": refused(
    "no model is on trial, or none was confirmed before it",
    "`wasmote slots` lists the models; `--confirm SLOT` makes another one the active one.",
  ),
  "key-untrusted": refused(
    "the board does not trust that key",
    "`wasmote keys` lists the ids of those that it does; `wasmote keygen` prints that of a key.",
  ),
  "key-needed": refused(
    "the board needs that key, or has no room for another one",
    "Push a model that another trusted key signed, and confirm it; then retire this one.",
  ),
  "port-unavailable": missing(
    "the port cannot be opened",
    "Check its name, and that no other program has it; `wasmote doctor` looks at permissions.",
  ),
  "tool-missing": missing(
    "a program that is needed is not installed",
    "Install it as named; `wasmote toolchain` installs what firmware and emulators take, and `wasmote doctor` says what else is missing.",
  ),
  "machine-unready": missing(
    "this machine is not ready",
    "Mend what is missing as it says above, and ask `wasmote doctor` again.",
  ),
  "tool-failed": refused(
    "a program that was started failed",
    "Read what it said above; WASMOTE_DEBUG=1 shows its command line.",
  ),
  "flash-method": refused("the board cannot be flashed that way", "Name one of the methods with --method."),
  "sources-hash": refused(
    "sources that were fetched are not the ones that are expected",
    "Fetch them again from another place: someone may have changed them on the way.",
  ),
  "firmware-hash": refused(
    "a file of the package @wasmote/firmware is not as its list says",
    "Install the package anew, or build the firmware: --build.",
  ),
  "flash-refused": refused(
    "the board's debugger did not write the firmware",
    "Do what it says; else press the board's reset button, connect it again, and repeat.",
  ),
  "boot-loader-silent": missing(
    "the board's boot loader does not appear",
    "Start it by hand: hold the board's boot button while you connect it, or press reset twice where it has no such button.",
  ),
  "device-missing": missing(
    "no such device is connected",
    "Connect the board, with its boot button pressed where it has one; --device names another one.",
  ),
  "device-ambiguous": refused(
    "several devices could be meant",
    "Disconnect all but one, or name one of them with --device.",
  ),
  "addon-missing": missing(
    "wasm3 cannot be loaded on this machine",
    "Install a C compiler (Debian and Ubuntu: apt-get install gcc libc6-dev; macOS: xcode-select --install), " +
      "or use --on node.",
  ),
  "package-missing": missing(
    "a package that this needs is not installed",
    "Install it beside wasmote, with npm, by the name given.",
  ),
  "operators-invalid": refused(
    "the folder of operators cannot be used",
    "Correct it at the place named; docs/add-an-operator.md shows a complete one.",
  ),
  "kernels-unlinkable": refused(
    "the kernels cannot be linked",
    "A kernel is an exported function (parameters: i32, to: usize): void without static data, function tables or start code.",
  ),
  "compile-failed": refused(
    "the kernels do not compile",
    "Correct the kernel at the place that the compiler names.",
  ),
  "key-invalid": refused(
    "the file holds no key of the kind that is needed",
    "Give a key that `wasmote keygen` made: KEY.pem to sign, KEY.pub to verify.",
  ),
  "key-exists": refused(
    "a key is there already",
    "Name another file. --force replaces the key: nothing can be signed with the old one then.",
  ),
  "signature-missing": refused(
    "the file is not signed",
    "Sign it: `wasmote sign MODEL.wasm --key KEY.pem -o SIGNED.wasm`.",
  ),
  "signature-malformed": refused(
    "the file's signature cannot be read",
    "Take the file from where it was signed again, or sign the model anew.",
  ),
  "signature-untrusted": refused(
    "the file is signed by none of the keys that are trusted",
    "Give the public key of who signed it, if you trust them; or sign the model with your own key.",
  ),
  "signature-wrong": refused(
    "the file is not what was signed",
    "Do not use it. Take the file from where it was signed again.",
  ),
  "trust-invalid": refused(
    "what a signed file says of itself is not valid",
    "Sign the model anew with `wasmote sign`.",
  ),
  "self-test-invalid": refused(
    "the self-test does not fit the model",
    "Sign the model anew, with another --self-test or with --no-self-test.",
  ),
  "message-invalid": refused(
    "the signed message is not valid",
    "Have it signed anew, with a key that the board trusts.",
  ),
  internal: {
    exit: exitCodes.defect,
    title: "wasmote has a defect",
    help: "Please report it with the command line and the model if you may share it.",
  },
} as const satisfies Record<string, Entry>;

/** Code of an error in the table. */
export type ErrorCode = keyof typeof errorTable;

/** Most characters of a message's parts. */
const longest = { detail: 2000, place: 500, line: 1000, name: 200 };

/** What an error says besides what was found and where. */
export interface WasmoteErrorOptions {
  /** The next step, in place of the table's. */
  help?: string;
  /** More of what was found, each in a line of its own. */
  lines?: readonly string[];
}

/** An error that a user can act on: `code`, `message` (what was found, where), `help` (the next step). */
export class WasmoteError extends Error {
  readonly code: ErrorCode;
  readonly help: string;
  readonly place: Place;
  readonly detail: string;
  readonly lines: readonly string[];

  /**
   * The message is for a person's eyes: what a file or a board put into `detail`, `place` or `lines` is made visible in it,
   * and what is too long is shortened.
   *
   * @param code entry of the error table
   * @param detail what was found and what was expected
   * @param place where it was found
   * @param more the next step, where that of the table does not fit what was found; and more lines of what was found
   */
  constructor(code: ErrorCode, detail: string, place: Place = {}, more: WasmoteErrorOptions = {}) {
    const { help = errorTable[code].help, lines = [] } = more;
    const where = [
      place.file,
      place.node !== undefined ? `node "${place.node}"` : undefined,
      place.operator !== undefined ? `operator ${place.operator}` : undefined,
    ].filter((part) => part !== undefined && part !== "");
    const at = where.length > 0 ? ` (${shortened(where.join(", "), longest.place)})` : "";
    const below = lines.map((line) => `\n  ${shortened(line, longest.line)}`).join("");
    super(`${errorTable[code].title}: ${shortened(detail, longest.detail)}${at}${below}`);
    this.name = "WasmoteError";
    this.code = code;
    this.help = help;
    this.detail = detail;
    this.place = place;
    this.lines = lines;
  }

  /** Exit code of the command line for this error. */
  get exitCode(): number {
    return errorTable[this.code].exit;
  }

  /** The same error with its place completed by `place`; parts already known stay. */
  at(place: Place): WasmoteError {
    return new WasmoteError(this.code, this.detail, { ...place, ...this.place }, this);
  }
}

/** One thing in a model that cannot be run, and why. */
export interface Refusal {
  node: string;
  operator: string;
  reason: string;
  /** Number of the node in the model, where names may be the same. */
  index?: number;
}

/** What is refused of one operator. */
export interface RefusedOperator {
  operator: string;
  nodes: number;
  /** Each reason once, the most frequent first. */
  reasons: { reason: string; nodes: number }[];
}

/** So many reasons of an operator are told in a message. */
const shownReasons = 3;

/** Several refusals at once: everything in the model that cannot be run. The message sums them by operator. */
export class UnsupportedModelError extends WasmoteError {
  readonly refusals: readonly Refusal[];
  readonly operators: readonly RefusedOperator[];

  constructor(refusals: readonly Refusal[], place: Place = {}) {
    const operators = byOperator(refusals);
    const lines = operators.map((operator) => operatorText(operator, refusals));
    super("model-unsupported", nodeCount(countNodes(refusals)), place, { lines });
    this.refusals = refusals;
    this.operators = operators;
  }

  override at(place: Place): UnsupportedModelError {
    return new UnsupportedModelError(this.refusals, { ...place, ...this.place });
  }
}

/** Nodes among refusals, of which one node may have several. */
function countNodes(refusals: readonly Refusal[]): number {
  return new Set(refusals.map(({ node, index }) => index ?? node)).size;
}

function byOperator(refusals: readonly Refusal[]): RefusedOperator[] {
  return grouped(refusals, ({ operator }) => operator).map(({ key, nodes, items }) => ({
    operator: key,
    nodes,
    reasons: grouped(items, ({ reason }) => reason).map((group) => ({
      reason: group.key,
      nodes: group.nodes,
    })),
  }));
}

/** Refusals by a key, that of the most nodes first, else in order of their first one. */
function grouped(
  items: readonly Refusal[],
  keyOf: (item: Refusal) => string,
): { key: string; nodes: number; items: Refusal[] }[] {
  const groups = new Map<string, Refusal[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups]
    .map(([key, own]) => ({ key, nodes: countNodes(own), items: own }))
    .sort((a, b) => b.nodes - a.nodes);
}

const nodeCount = (count: number): string => `${count} ${count === 1 ? "node" : "nodes"}`;

/** "CONV_3D  12 nodes: the reason"; a single node is named. */
function operatorText({ operator, nodes, reasons }: RefusedOperator, refusals: readonly Refusal[]): string {
  const first = refusals.find((refusal) => refusal.operator === operator);
  const which = nodes === 1 ? `node "${shortened(first?.node ?? "", longest.name)}"` : nodeCount(nodes);
  const told = reasons
    .slice(0, shownReasons)
    .map(({ reason, nodes: of }) => (reasons.length > 1 && nodes > 1 ? `${reason} (${of})` : reason));
  const more = reasons.length - told.length;
  return `${operator}  ${which}: ${told.join("; ")}${more > 0 ? `; ${more} more reasons` : ""}`;
}
