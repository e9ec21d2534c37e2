import { type Command, Option } from "commander";
import type { BoardTrust, Image, Slot } from "../device/answers.js";
import type { Device } from "../device/device.js";
import { WasmoteError } from "../errors.js";
import { table } from "../table.js";
import { type LineOptions, lineOptions, trustText, withBoard } from "./board-line.js";
import { keyOption } from "./board-runner.js";
import { ofNoUse } from "./errors.js";
import { thousands } from "./figures.js";
import { addHelp } from "./help.js";
import { readPrivateKeyFile } from "./key-files.js";
import type { Output } from "./output.js";

interface SlotsOptions extends LineOptions {
  test?: string;
  confirm?: string | true;
  revert?: boolean;
  erase?: string;
  key?: string;
  json?: boolean;
}

/** What is known of a slot. */
interface SlotEntry {
  slot: number;
  state: Slot["state"];
  /** Name of the model; null where there is none, or the firmware does not tell. */
  model: string | null;
  /** Bytes of the file, and of the slot; null where the firmware does not tell. */
  file: number | null;
  bytes: number | null;
  image: Image | undefined;
}

const help = `
A SLOT is a slot's number or the beginning of its file's hash, six digits at least. A model that is tested is active at once, until a
trap, a limit or a restart: then the one that was confirmed before is active again. --confirm without a SLOT confirms the one on
trial. What changes a board with trusted keys takes --key.

Example: wasmote slots --port auto --confirm 1 --key release.pem`;

const actions = ["test", "confirm", "revert", "erase"] as const;

/** Adds the command `slots` to the program. */
export function registerSlots(program: Command, output: Output): void {
  const command = program
    .command("slots")
    .description("List the models that a board has; test, confirm, revert or erase one.");
  for (const option of lineOptions()) command.addOption(option);
  for (const option of [
    new Option("--test <slot>", "make the model of a slot active on trial"),
    new Option("--confirm [slot]", "make the model of a slot, or the one on trial, the active one for good"),
    new Option("--revert", "end the trial: the model that was confirmed before is active"),
    new Option("--erase <slot>", "empty a slot whose model is not active"),
  ]) {
    command.addOption(option.conflicts(actions.filter((name) => name !== option.name())));
  }
  command
    .addOption(keyOption())
    .option("--json", "print the slots as JSON")
    .action((options: SlotsOptions) => slots(options, output));
  addHelp(command, help);
}

async function slots(options: SlotsOptions, output: Output): Promise<void> {
  if (options.key !== undefined && actions.every((name) => options[name] === undefined))
    throw ofNoUse("--key", "nothing is changed");
  const key = await readPrivateKeyFile(options.key, output);
  await withBoard(options, output, async (device) => {
    const { unlock } = await import("../device/unlock.js");
    await unlock(device, key);
    const done = await change(device, options);
    if (done !== undefined) output.talk(done);
    const [entries, trust] = [await slotsOf(device), await device.trust()];
    if (options.json) output.json({ signed: trust.signed, slots: entries.map(entryJson) });
    else output.data(slotsText(entries, trust, output));
    output.talk(trustText(trust));
  });
}

/** Does what the options ask for; what was done, for people. */
async function change(device: Device, options: SlotsOptions): Promise<string | undefined> {
  const { test, confirm, revert, erase } = options;
  if (test !== undefined) {
    const { slot, hash } = await imageOf(device, test);
    await device.tryModel(hash);
    return `slot ${slot} is on trial`;
  }
  if (confirm === true) {
    await device.confirm();
    return "the active model is confirmed";
  }
  if (confirm !== undefined) {
    const { slot, hash } = await imageOf(device, confirm);
    await device.activate(hash);
    return `slot ${slot} is confirmed`;
  }
  if (revert) return endTrial(device);
  if (erase !== undefined) {
    const slot = slotNumber(erase) ?? (await imageOf(device, erase)).slot;
    await device.erase(slot);
    return `slot ${slot} is erased`;
  }
  return undefined;
}

async function endTrial(device: Device): Promise<string> {
  const images = await device.images();
  const before = images.find(({ confirmed }) => confirmed);
  const isTried = images.some(({ active, confirmed, pending }) => pending || (active && !confirmed));
  if (before === undefined || !isTried) throw new WasmoteError("trial-none", device.name);
  await device.revert(before.hash);
  return `slot ${before.slot} is active again`;
}

/** Digits of the shortest beginning of a hash: more than a slot's number has. */
const leastHashDigits = 6;

function slotNumber(text: string): number | undefined {
  return /^\d{1,2}$/.test(text) ? Number(text) : undefined;
}

/** The complete slot of a number, or of what its hash begins with. Throws `slot-unknown`. */
async function imageOf(device: Device, text: string): Promise<Image> {
  const number = slotNumber(text);
  const isHash = /^[0-9a-f]+$/i.test(text) && text.length >= leastHashDigits;
  const matching = (await device.images()).filter(({ slot, hash }) =>
    number === undefined ? isHash && hex(hash).startsWith(text.toLowerCase()) : slot === number,
  );
  const [found] = matching;
  if (found !== undefined && matching.length === 1) return found;
  const what =
    number === undefined ? `${matching.length} models with the hash ${text}` : `no model in slot ${text}`;
  throw new WasmoteError("slot-unknown", what, { file: device.name });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

async function slotsOf(device: Device): Promise<SlotEntry[]> {
  const images = await device.images();
  const told = await device.slots();
  if (told !== undefined) {
    return told.map((each, slot) => ({ ...each, slot, image: images.find((image) => image.slot === slot) }));
  }
  const { model } = await device.status();
  return images.map((image) => ({
    slot: image.slot,
    state: "complete",
    model: image.active ? model : null,
    file: null,
    bytes: null,
    image,
  }));
}

function entryJson({ image, ...entry }: SlotEntry): object {
  if (image === undefined) return entry;
  const { version, hash, active, confirmed, pending, bootable } = image;
  return { ...entry, version, hash: hex(hash), active, confirmed, pending, failed: !bootable };
}

/** A slot's state, for people. */
function stateText({ state, image }: SlotEntry, { runs }: BoardTrust): string {
  if (image === undefined) return state;
  const { active, confirmed, pending, bootable } = image;
  if (active && !confirmed)
    return runs === 0 ? "active, on trial" : `active, on trial for ${thousands(runs)} more runs`;
  if (active) return "active";
  if (confirmed) return "confirmed, active after the trial";
  if (pending) return "to be tested at the next start";
  return bootable ? "ready" : "failed its trial";
}

function slotsText(entries: readonly SlotEntry[], trust: BoardTrust, output: Output): string[] {
  const told = (count: number | null): string => (count === null ? "-" : thousands(count));
  return table(
    [
      { heading: "slot", align: "right" },
      { heading: "model", align: "left" },
      { heading: "version", align: "left" },
      { heading: "file", align: "right" },
      { heading: "of", align: "right" },
      { heading: "state", align: "left" },
      { heading: "hash", align: "left" },
    ],
    entries.map((entry) => [
      String(entry.slot),
      entry.model ?? "-",
      entry.image?.version ?? "-",
      told(entry.file),
      told(entry.bytes),
      stateText(entry, trust),
      entry.image === undefined ? "-" : hex(entry.image.hash).slice(0, 12),
    ]),
    { width: output.width, heading: output.styles.dim },
  );
}
