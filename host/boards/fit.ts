import type { ModelError } from "../abi/return-codes.js";
import { type ErrorCode, WasmoteError } from "../errors.js";
import { firmwareSizes } from "./firmware-sizes.js";
import { loadBoards } from "./load.js";
import type { Board } from "./types.js";

/** What a figure is: what the board will report, to the byte; or less or more than that, if it is not the same. */
export type Bound = "exact" | "least" | "most";

/** RAM by what takes it, in bytes. */
export interface RamParts {
  linearBytes: number;
  /** Of the interpreter: metacode, its stack of operands, what it knows of the module. */
  engineBytes: number;
  /** Of an application beside its model: its ring of samples, its actions, its counters. */
  applicationBytes?: number;
  /** Of the firmware. */
  variableBytes: number;
  /** C stack and stack of exceptions. */
  stackBytes: number;
}

/** RAM that a model needs of a board. */
export interface RamNeeds {
  bytes: number;
  bound: Bound;
  parts?: RamParts;
}

/** What a model needs of a board. */
export interface ModelNeeds {
  name: string;
  /** The whole file, as it lies in a slot. */
  fileBytes: number;
  ram: RamNeeds;
  /** Why the firmware refuses it, however much RAM there is. */
  refused?: ModelError;
  /** Required imports, as "module.name". */
  imports: readonly string[];
  /** Whether its code has floats. */
  floats: boolean;
}

/** What a board offers to a model. */
export interface BoardOffer {
  name: string;
  /** RAM in bytes, for whatever the model's needs of it count. */
  ramBytes: number;
  /** Size of a slot in bytes. */
  slotBytes: number;
  /** Flash that the firmware takes besides, where that is known. */
  firmwareBytes?: number;
  /** Imports that the firmware offers; undefined where that is not known yet. */
  imports?: readonly string[];
  /** Whether the firmware has WebAssembly's floating-point operations. */
  floats: boolean;
}

/** One figure of a verdict. */
export interface FitFigure {
  what: "RAM" | "flash";
  neededBytes: number;
  availableBytes: number;
  bound: Bound;
  /** What the needed bytes are made of, or what is taken besides, by name. */
  parts?: Readonly<Record<string, number>>;
}

/** Whether a model fits a board, and every figure, those that fit included. */
export interface Fit {
  board: string;
  model: string;
  fits: boolean;
  figures: FitFigure[];
  missingImports: string[];
  /** Whether the model has floats and the firmware has not. */
  lacksFloats: boolean;
  /** Why the firmware refuses it, however much RAM there is. */
  refused?: ModelError;
}

/** All RAM of a board, and its slots, by its description. */
export function boardOffer(board: Board): BoardOffer {
  const { id, ramBytes, slots, floats } = board;
  return {
    name: id,
    ramBytes,
    slotBytes: slots.bytes,
    firmwareBytes: firmwareSizes(board).flashBytes,
    floats,
  };
}

/** RAM in bytes that a board's firmware leaves for linear memory and interpreter. */
export function modelRamBytes(board: Board): number {
  const { variableBytes, stackBytes } = firmwareSizes(board);
  return board.ramBytes - variableBytes - stackBytes;
}

/**
 * Compares what a model needs with what a board offers. Where the model's RAM is only known to be at least so much, one that
 * is refused does not fit, and one that is not may still be refused by the board itself.
 */
export function fit(model: ModelNeeds, offer: BoardOffer): Fit {
  const { ram, refused } = model;
  const figures: FitFigure[] = [
    {
      what: "RAM",
      neededBytes: ram.bytes,
      availableBytes: offer.ramBytes,
      bound: ram.bound,
      ...(ram.parts && { parts: { ...ram.parts } }),
    },
    {
      what: "flash",
      neededBytes: model.fileBytes,
      availableBytes: offer.slotBytes,
      bound: "exact",
      ...(offer.firmwareBytes !== undefined && { parts: { firmwareBytes: offer.firmwareBytes } }),
    },
  ];
  const missingImports = offer.imports ? model.imports.filter((name) => !offer.imports!.includes(name)) : [];
  const lacksFloats = model.floats && !offer.floats;
  const enough = figures.every((f) => f.neededBytes <= f.availableBytes);
  const fits = enough && missingImports.length === 0 && !lacksFloats && refused === undefined;
  return {
    board: offer.name,
    model: model.name,
    fits,
    figures,
    missingImports,
    lacksFloats,
    ...(refused && { refused }),
  };
}

/**
 * Throws `board-floats`, `board-too-small`, `board-abi` or `board-bad-model` where the model does not fit: with each figure,
 * needed and available, the first with the boards that have floats.
 */
export function requireFit(verdict: Fit): void {
  if (verdict.fits) return;
  const text = verdict.figures.map(figureText).join("; ");
  const { model, board, missingImports, refused } = verdict;
  if (verdict.lacksFloats) {
    const able = loadBoards().filter(({ floats }) => floats);
    throw new WasmoteError(
      "board-floats",
      `${model} on ${board}; firmware of this version has them on ${able.map(({ id }) => id).join(", ")}`,
    );
  }
  const tooSmall = verdict.figures.some((f) => f.neededBytes > f.availableBytes);
  const refusal: ErrorCode = refused === undefined || refused === "abi" ? "board-abi" : "board-bad-model";
  const imports = missingImports.length === 0 ? "" : `; imports that it lacks: ${missingImports.join(", ")}`;
  throw new WasmoteError(tooSmall ? "board-too-small" : refusal, `${model} on ${board}: ${text}${imports}`);
}

const boundTexts: Readonly<Record<Bound, string>> = { exact: "", least: "at least ", most: "at most " };
const bytesText = (count: number): string => count.toLocaleString("en-US");

/** "RAM: 22,736 bytes needed, 124,928 available". */
export function figureText({ what, neededBytes, availableBytes, bound }: FitFigure): string {
  const short = neededBytes > availableBytes ? `, ${bytesText(neededBytes - availableBytes)} too few` : "";
  const needed = `${boundTexts[bound]}${bytesText(neededBytes)} bytes needed`;
  return `${what}: ${needed}, ${bytesText(availableBytes)} available${short}`;
}

const partNames: Readonly<Record<string, string>> = {
  linearBytes: "linear memory",
  engineBytes: "interpreter",
  applicationBytes: "samples and counters",
  variableBytes: "firmware's variables",
  stackBytes: "stacks",
};

/** "linear memory 16,864, interpreter 7,248, firmware's variables 1,048, stacks 3,168"; undefined where no part is known. */
export function partsText({ parts = {} }: FitFigure): string | undefined {
  const { firmwareBytes, ...of } = parts;
  const own = Object.entries(of).map(([name, count]) => `${partNames[name] ?? name} ${bytesText(count)}`);
  const besides = firmwareBytes === undefined ? [] : [`and ${bytesText(firmwareBytes)} for the firmware`];
  const all = [...own, ...besides];
  return all.length === 0 ? undefined : all.join(", ");
}
