import { WasmoteError } from "../../errors.js";

/** The three fields of a `.npy` header. */
export interface NpyHeader {
  descr: string;
  fortranOrder: boolean;
  shape: number[];
}

const maxRank = 32;
const token = /\s*(?:'([^'\\]*)'|"([^"\\]*)"|(\d{1,15})L?(?![\w.])|(True|False)(?!\w)|([{}()[\],:]))/y;

type Token =
  | { kind: "text"; text: string }
  | { kind: "number"; value: number }
  | { kind: "bool"; value: boolean }
  | { kind: "mark"; mark: string };

/**
 * Reads a `.npy` header: a Python dictionary literal with exactly the keys `descr`, `fortran_order` and `shape`.
 * Throws `input-invalid`; a structured dtype is `input-dtype`. Source: NumPy Enhancement Proposal 1.
 */
export function parseNpyHeader(text: string): NpyHeader {
  const cursor = { tokens: tokenize(text), next: 0 };
  const fields: { descr?: string; fortranOrder?: boolean; shape?: number[] } = {};
  expectMark(cursor, "{");
  while (!takeMark(cursor, "}")) {
    const key = take(cursor);
    if (key?.kind !== "text") throw damaged("a key of the header is no string");
    expectMark(cursor, ":");
    if (key.text === "descr" && fields.descr === undefined) fields.descr = readDescr(cursor);
    else if (key.text === "fortran_order" && fields.fortranOrder === undefined) {
      fields.fortranOrder = readBool(cursor);
    } else if (key.text === "shape" && fields.shape === undefined) fields.shape = readShape(cursor);
    else throw damaged(`the header's key '${key.text}' is repeated or not known`);
    if (!takeMark(cursor, ",") && !isMark(cursor, "}"))
      throw damaged("the header's entries are not separated");
  }
  if (cursor.next !== cursor.tokens.length) throw damaged("the header goes on after its dictionary");
  const { descr, fortranOrder, shape } = fields;
  if (descr === undefined || fortranOrder === undefined || shape === undefined) {
    throw damaged("the header lacks one of 'descr', 'fortran_order' and 'shape'");
  }
  return { descr, fortranOrder, shape };
}

interface Cursor {
  tokens: readonly Token[];
  next: number;
}

const damaged = (detail: string) => new WasmoteError("input-invalid", `.npy: ${detail}`);

function tokenize(text: string): Token[] {
  const trimmed = text.trimEnd();
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < trimmed.length) {
    const at = token.lastIndex;
    const match = token.exec(trimmed);
    if (match === null) throw damaged(`the header cannot be read at character ${at}`);
    const [, single, double, number, bool, mark] = match;
    if (single !== undefined || double !== undefined) tokens.push({ kind: "text", text: single ?? double! });
    else if (number !== undefined) tokens.push({ kind: "number", value: Number(number) });
    else if (bool !== undefined) tokens.push({ kind: "bool", value: bool === "True" });
    else tokens.push({ kind: "mark", mark: mark! });
  }
  return tokens;
}

function take(cursor: Cursor): Token | undefined {
  return cursor.tokens[cursor.next++];
}

function isMark(cursor: Cursor, mark: string): boolean {
  const next = cursor.tokens[cursor.next];
  return next?.kind === "mark" && next.mark === mark;
}

function takeMark(cursor: Cursor, mark: string): boolean {
  if (!isMark(cursor, mark)) return false;
  cursor.next++;
  return true;
}

function expectMark(cursor: Cursor, mark: string): void {
  if (!takeMark(cursor, mark)) throw damaged(`the header lacks a '${mark}'`);
}

function readDescr(cursor: Cursor): string {
  const value = take(cursor);
  if (value?.kind === "text") return value.text;
  if (value?.kind === "mark" && value.mark === "[") {
    throw new WasmoteError("input-dtype", "a .npy file of structured records; give a plain array");
  }
  throw damaged("'descr' is no string");
}

function readBool(cursor: Cursor): boolean {
  const value = take(cursor);
  if (value?.kind !== "bool") throw damaged("'fortran_order' is neither True nor False");
  return value.value;
}

function readShape(cursor: Cursor): number[] {
  const shape: number[] = [];
  expectMark(cursor, "(");
  while (!takeMark(cursor, ")")) {
    const value = take(cursor);
    if (value?.kind !== "number") throw damaged("'shape' is no tuple of whole numbers");
    shape.push(value.value);
    if (shape.length > maxRank) throw damaged(`'shape' has more than ${maxRank} dimensions`);
    if (!takeMark(cursor, ",") && !isMark(cursor, ")")) throw damaged("'shape' is no tuple of whole numbers");
  }
  return shape;
}
