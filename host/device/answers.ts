import { WasmoteError } from "../errors.js";
import type { Payload } from "./smp.js";

/** What `status` tells (docs/link.md, group 64). Sizes in bytes. */
export interface BoardStatus {
  abi: number;
  board: string;
  /** Name of the active model; null without one. */
  model: string | null;
  /** Free for a model. */
  ram: number;
  /** RAM used besides linear memory. */
  used: number;
  /** Linear memory of the active model. */
  memory: number;
  steps: number;
  unit: "instructions" | "cycles";
  hz: number;
  /** Largest packet that the board takes. */
  mtu: number;
  /** Size of a slot. */
  flash: number;
  /** Whether the firmware has WebAssembly's floating-point operations. */
  floats: boolean;
  /** Imports that the firmware offers, as "module.name". */
  imports: string[];
}

/** A slot that holds a complete, checked model. */
export interface Image {
  slot: number;
  version: string;
  /** SHA-256 of the file. */
  hash: Uint8Array;
  active: boolean;
  confirmed: boolean;
}

/** Reads fields of an answer, each of its type. Throws `board-protocol` where one is missing or of another type. */
export class Answer {
  readonly #payload: Payload;
  readonly #what: string;

  constructor(payload: Payload, what: string) {
    this.#payload = payload;
    this.#what = what;
  }

  count(field: string): number {
    const value = this.#payload[field];
    return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : this.#wrong(field, "a count");
  }

  integer(field: string): number {
    const value = this.#payload[field];
    return Number.isSafeInteger(value) ? Number(value) : this.#wrong(field, "an integer");
  }

  text(field: string): string {
    const value = this.#payload[field];
    return typeof value === "string" ? value : this.#wrong(field, "a text");
  }

  flag(field: string): boolean {
    const value = this.#payload[field] ?? false;
    return typeof value === "boolean" ? value : this.#wrong(field, "true or false");
  }

  bytes(field: string): Uint8Array {
    const value = this.#payload[field];
    return value instanceof Uint8Array ? value : this.#wrong(field, "bytes");
  }

  list(field: string): Answer[] {
    const value = this.#payload[field];
    if (!Array.isArray(value)) return this.#wrong(field, "a list");
    return value.map((entry, i) => new Answer(entry ?? {}, `${this.#what}, ${field} ${i}`));
  }

  texts(field: string): string[] {
    const value = this.#payload[field];
    const valid = Array.isArray(value) && value.every((entry) => typeof entry === "string");
    return valid ? (value as string[]) : this.#wrong(field, "a list of texts");
  }

  has(field: string): boolean {
    return (this.#payload[field] ?? null) !== null;
  }

  /** Throws `board-protocol` for a field that is of the right type and still wrong. */
  refuse(what: string): never {
    throw new WasmoteError("board-protocol", `the answer to ${this.#what}: ${what}`);
  }

  #wrong(field: string, expected: string): never {
    return this.refuse(`"${field}" is not ${expected}`);
  }
}

/** Reads the answer to `status`. Throws `board-protocol`. */
export function readStatus(answer: Answer): BoardStatus {
  const unit = answer.text("unit");
  if (unit !== "instructions" && unit !== "cycles") return answer.refuse(`the unit is "${unit}"`);
  return {
    abi: answer.count("abi"),
    board: answer.text("board"),
    model: answer.has("model") ? answer.text("model") : null,
    ram: answer.count("ram"),
    used: answer.count("used"),
    memory: answer.count("memory"),
    steps: answer.count("steps"),
    unit,
    hz: answer.count("hz"),
    mtu: answer.count("mtu"),
    flash: answer.count("flash"),
    floats: answer.flag("floats"),
    imports: answer.texts("imports"),
  };
}

/** Reads one entry of the image list. Throws `board-protocol`. */
export function readImage(answer: Answer): Image {
  return {
    slot: answer.count("slot"),
    version: answer.text("version"),
    hash: answer.bytes("hash"),
    active: answer.flag("active"),
    confirmed: answer.flag("confirmed"),
  };
}
