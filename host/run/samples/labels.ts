import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { WasmoteError } from "../../errors.js";
import { readWholeFile } from "../../files/read.js";
import { elementCount } from "../../graph/tensor.js";
import { suggestion } from "../../nearest.js";
import { type Label, readLabelFile } from "./label-file.js";
import type { Origin, SampleSource } from "./sample-source.js";

const invalid = (detail: string) => new WasmoteError("labels-invalid", detail);

/** Classes that a model tells apart. */
export interface Classes {
  count: number;
  /** What they are called; one for each, where they are called anything. */
  names?: readonly string[];
}

/**
 * What an output tells apart: as many as its last axis has, or two by a single probability. Throws `labels-invalid` for one of
 * several rows, which no label is for.
 */
export function classesOf({
  shape,
  labels,
}: {
  shape: readonly number[];
  labels?: readonly string[];
}): Classes {
  const width = shape.at(-1) ?? 1;
  if (elementCount(shape) !== width)
    throw invalid(`the model's first output is ${shape.join("x")}; a label is for one row of classes`);
  return { count: Math.max(2, width), ...(labels && { names: labels }) };
}

/** The class of each sample of a source. */
export interface SampleLabels {
  labels: number[];
  /** What was taken for granted, for the user. */
  notes: string[];
}

/** In place of a file: samples lie in folders that are called as their classes. */
const labelsOfFolders = "folders";

/**
 * Pairs samples with labels. `given` is a file as `readLabelFile` reads it, or "folders": a sample's class is then the
 * first folder on the way to it, from the path that was named, that is called as a class. Labels are names of classes or their
 * numbers, from 0; folders with other names, of a model whose classes have none, are numbered in the order of their names.
 *
 * @throws `labels-invalid`; `file-unreadable`, `file-empty`, `file-too-large`
 */
export function readLabels(given: string, source: SampleSource, classes: Classes): SampleLabels {
  const origins = Array.from({ length: source.count }, (_, i) => source.origin(i));
  if (given === labelsOfFolders) return fromFolders(origins, classes);
  try {
    const names = classes.names ?? [];
    const list = readLabelFile(readWholeFile(given), given, (text) => names.includes(text));
    if ("byFile" in list) return { labels: byFile(list.byFile, given, origins, classes), notes: [] };
    if (list.inOrder.length !== source.count)
      throw invalid(`${list.inOrder.length} labels for ${source.count} samples`);
    return { labels: list.inOrder.map((label, i) => classOf(label, classes, `label ${i}`)), notes: [] };
  } catch (error) {
    throw error instanceof WasmoteError ? inWordsOfLabels(error).at({ file: given }) : error;
  }
}

/** A damaged array of labels is no damaged input. */
function inWordsOfLabels(error: WasmoteError): WasmoteError {
  return error.code.startsWith("input-") ? invalid(error.detail) : error;
}

/** The class that a label means. Throws `labels-invalid` for none. */
function classOf(label: Label, { count, names = [] }: Classes, where: string): number {
  const named = typeof label === "string" ? names.indexOf(label) : -1;
  if (named >= 0) return named;
  const number = typeof label === "string" && /^\d+$/.test(label) ? Number(label) : label;
  if (typeof number === "string") {
    const known = names.length === 0 ? "its classes have no names" : `${namesText(names)} are known`;
    throw invalid(`${where} is ${JSON.stringify(number)}${suggestion(number, names)}; ${known}`);
  }
  if (Number.isInteger(number) && number >= 0 && number < count) return number;
  throw invalid(`${where} is ${number}; the model's classes are 0 to ${count - 1}`);
}

const shownNames = 10;

function namesText(names: readonly string[]): string {
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : "";
  return `${names.slice(0, shownNames).join(", ")}${more}`;
}

function byFile(
  labels: ReadonlyMap<string, Label>,
  list: string,
  origins: readonly Origin[],
  classes: Classes,
): number[] {
  const normal = new Map([...labels].map(([name, label]) => [name.split(/[\\/]/).join("/"), label]));
  const bases = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const { path } of origins) {
    const base = basename(path);
    if ((bases.get(base) ?? path) !== path) ambiguous.add(base);
    bases.set(base, path);
  }
  return origins.map(({ path, root }) => {
    const base = basename(path);
    const ways = [relative(dirname(list), path), relative(root, path), relative(dirname(root), path), path];
    const names = [...ways.map((way) => way.split(sep).join("/")), ...(ambiguous.has(base) ? [] : [base])];
    const name = names.find((way) => normal.has(way));
    if (name !== undefined) return classOf(normal.get(name)!, classes, `the label of ${name}`);
    const others = ambiguous.has(base) ? "; several samples have that name: give their folders too" : "";
    throw invalid(`no label for ${names[1] === "" ? base : names[1]}${others}`);
  });
}

function fromFolders(origins: readonly Origin[], classes: Classes): SampleLabels {
  const isKnown = (name: string) => classes.names?.includes(name) ?? /^\d+$/.test(name);
  const found = origins.map(({ path, root, folders }) => {
    const named = basename(resolve(path === root ? join(root, "..") : root));
    return folders.find(isKnown) ?? (isKnown(named) && classes.names ? named : (folders[0] ?? named));
  });
  const names = [...new Set(found)].sort();
  if (classes.names === undefined && !names.some(isKnown)) return numbered(found, names, classes);
  const numbers = new Map(names.map((name) => [name, classOf(name, classes, "a folder of samples")]));
  return { labels: found.map((name) => numbers.get(name)!), notes: [] };
}

/** Classes by the order of their folders' names, as training tools number them. */
function numbered(found: readonly string[], names: readonly string[], { count }: Classes): SampleLabels {
  if (names.length !== count)
    throw invalid(
      `${names.length} folders, ${namesText(names)}, for ${count} classes without names; a folder for each is expected, or numbers as their names`,
    );
  const numbers = new Map(names.map((name, i) => [name, i]));
  const list = names.slice(0, shownNames).map((name, i) => `${name} ${i}`);
  const more = names.length > shownNames ? " ..." : "";
  return {
    labels: found.map((name) => numbers.get(name)!),
    notes: [`classes in the order of the folders' names: ${list.join(", ")}${more}`],
  };
}
