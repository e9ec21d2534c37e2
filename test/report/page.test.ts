import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { buildModel } from "../../host/pipeline.js";
import { makeReport } from "../../host/report/make-report.js";
import { reportPage } from "../../host/report/page/page.js";
import type { Candidate, ModelReport } from "../../host/report/types.js";
import { smallGraph } from "../cli/command.js";
import { type Browser, chromium, type Page, startBrowser } from "../run/chromium.js";
import { deepGraph, hostile, reported } from "./reported.js";

const largestBytes = 1_000_000;
const labels = Array.from({ length: 20 }, (_, i) => i % 10);

const candidates: Candidate[] = Array.from({ length: 12 }, (_, i) => ({
  label: `${hostile} ${i}`,
  ...{
    ramBytes: 4000 + 100 * i,
    flashBytes: 9000 - 300 * i,
    macs: 1e6,
    latencyMillis: 5,
    error: 0.01 * (i + 1),
  },
  ...{ chosen: i === 5, fits: i > 3 },
}));

/** A deep graph whose every name is hostile. */
function renamed(graph: Graph): Graph {
  const named = (name: string): string => `${hostile}${name}`;
  const classes = Array.from({ length: 10 }, (_, i) => named(`class ${i}`));
  const tensors = graph.tensors.map((tensor, index) => ({
    ...tensor,
    name: named(tensor.name),
    ...(graph.outputs.includes(index) ? { labels: classes } : {}),
  }));
  const nodes = graph.nodes.map((node) => ({ ...node, name: named(node.name) }));
  return { ...graph, name: hostile, tensors, nodes };
}

/** A report of 60 layers with everything that a report can have. */
const sixty = await reported(renamed(deepGraph(60)), {
  labels,
  frontier: { error: "mean error", budget: { ramBytes: 4500, flashBytes: 8000 }, candidates },
  fit: { board: "pico", fits: true, figures: [{ what: "RAM", neededBytes: 100, availableBytes: 200 }] },
  measured: { unit: "instructions", on: "a core", counts: Array.from({ length: 60 }, (_, i) => 100 * i) },
});
const page = reportPage(sixty.report);

test("a page of 60 layers is under 1 MB, the same each time, and refers to nothing outside of it", () => {
  const bytes = new TextEncoder().encode(page).length;
  console.error(`the page of 60 layers has ${bytes} bytes`);
  assert.ok(bytes < largestBytes, `${bytes} bytes`);
  assert.is(reportPage(sixty.report), page);
  assert.match(page, "time, ms, about");
  assert.not(/https?:|url\(|@import/i.test(page));
  assert.not(/<(?:script|link|img|iframe|object|embed)\b/i.test(page));
});

test("a page without anything to compare has no sections for it", async () => {
  const plain = reportPage(makeReport(await buildModel(smallGraph())));
  assert.match(plain, "<h2>Layers: cost</h2>");
  for (const id of ["accuracy", "frontier", "labels", "board"]) assert.not.match(plain, `id="${id}"`);
  assert.not.match(plain, "SQNR");
});

test("a page of hundreds of classes and layers stays readable: no matrix, the largest weights alone", () => {
  const [layer] = sixty.report.layers;
  const { accuracy } = sixty.report;
  const classes = Array.from({ length: 500 }, (_, i) => ({ ...accuracy!.labels!.classes[0]!, name: `${i}` }));
  const { confusion: _, ...without } = accuracy!.labels!;
  const large: ModelReport = {
    ...sixty.report,
    layers: Array.from({ length: 500 }, () => layer!),
    accuracy: { ...accuracy!, labels: { ...without, classes } },
  };
  const text = reportPage(large);
  assert.match(text, "500 classes are too many to draw a matrix of");
  assert.is(text.match(/class="card"/g)?.length, 120);
});

const folder = mkdtempSync(join(tmpdir(), "wasmote-report-"));
let browser: Browser | undefined;
test.after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A test on the page of 60 layers, opened from a file without a network; left out where there is no browser. */
function pageTest(name: string, work: (page: Page) => Promise<void>): void {
  if (chromium === undefined) return;
  test(name, async () => {
    const file = join(folder, "report.html");
    writeFileSync(file, page);
    browser ??= startBrowser();
    const opened = await browser.open(pathToFileURL(file).href, { offline: true });
    await work(opened);
    assert.equal(opened.complaints, [], "nothing to complain of");
  });
}

const count = (selector: string): string => `document.querySelectorAll(${JSON.stringify(selector)}).length`;

pageTest("names are texts: nothing of them runs, and the page asks for nothing", async (opened) => {
  const found = await opened.evaluate<[number, number, number, string]>(`[
    document.scripts.length, ${count("img")}, performance.getEntriesByType("resource").length, document.title,
  ]`);
  assert.equal(found.slice(0, 3), [0, 0, 0]);
  assert.match(found[3], /^<\/title><script>document\.title/);
  const name = await opened.evaluate<string>(`document.querySelector("#layers td:nth-child(2)").textContent`);
  assert.match(name, /^<\/title><script>/);
});

pageTest("every picture has a name, and its figures in a table of its section", async (opened) => {
  const pictures = await opened.evaluate<{ id: string; name: string; table: boolean }[]>(`
    [...document.querySelectorAll("svg[role=img]")].map((svg) => {
      const section = svg.closest("section");
      return { id: section.id, name: svg.getAttribute("aria-label") ?? "", table: section.querySelector("table") !== null };
    })`);
  const weighted = sixty.report.layers.filter(({ weights }) => weights !== undefined).length;
  assert.is(pictures.filter(({ id }) => id === "layers").length, 5);
  assert.is(pictures.filter(({ id }) => id === "memory").length, 1);
  assert.is(pictures.filter(({ id }) => id === "weights").length, weighted);
  assert.is(pictures.filter(({ id }) => id === "frontier").length, 2);
  for (const { id, name, table } of pictures) assert.ok(name.length > 10 && table, `${id}: ${name}`);

  const rows = await opened.evaluate<Record<string, number>>(`Object.fromEntries(
    [...document.querySelectorAll("caption")].map((caption) =>
      [caption.textContent, caption.parentElement.tBodies[0].rows.length]))`);
  assert.equal(Object.values(rows), [
    ...[1, 1, 60, sixty.report.memory.blocks.length, weighted, 12, 10, 10],
    sixty.report.accuracy?.labels?.mistakes.length,
  ]);
  const bars = await opened.evaluate<number>(count("#layers svg rect.bar"));
  assert.ok(bars > 200, `${bars} bars`);
  assert.is(
    await opened.evaluate<number>(count("#memory figure > svg .block")),
    rows["Blocks of memory, by their numbers in the picture"],
  );
});

/** Relative luminance and contrast as WCAG 2 defines them, of the texts in a page against what is behind them. */
const contrasts = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const parts = (colour, below) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const each of [below, colour]) { canvas.fillStyle = each; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const grounds = [];
    for (let at = element; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
    return grounds.reduce((below, ground) => "rgb(" + parts(ground, below).join() + ")", "rgb(255,255,255)");
  };
  const selectors = ["h1", "p", ".note", "nav a", "td", "th", "caption", "dd", "figcaption", "summary", ".confusion .deep",
    ".confusion .none", "svg text", "svg .heading", "tr.marked td", ".ends"];
  return selectors.map((selector) => {
    const element = document.querySelector(selector);
    const style = getComputedStyle(element);
    const ground = behind(element);
    const colour = element instanceof SVGElement ? style.fill : style.color;
    const pair = [light(parts(colour, ground)), light(parts(ground, ground))].sort((a, b) => b - a);
    return { selector, contrast: (pair[0] + 0.05) / (pair[1] + 0.05), ground };
  });
})()`;

pageTest("a light and a dark theme, both with texts that can be read", async (opened) => {
  const grounds: string[] = [];
  for (const value of ["light", "dark"]) {
    await opened.ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
    const found = await opened.evaluate<{ selector: string; contrast: number; ground: string }[]>(contrasts);
    for (const { selector, contrast } of found)
      assert.ok(contrast >= 4.5, `${selector} in ${value}: ${contrast.toFixed(2)}`);
    grounds.push(found.find(({ selector }) => selector === "h1")!.ground);
  }
  const [light, dark] = grounds.map((ground) => Number(/\d+/.exec(ground)));
  assert.ok(light! > 200 && dark! < 60, grounds.join());
});

pageTest("it is never wider than the screen, be that large or a telephone's", async (opened) => {
  for (const width of [1600, 1024, 700, 390]) {
    await opened.ask("Emulation.setDeviceMetricsOverride", {
      width,
      height: 800,
      deviceScaleFactor: 1,
      mobile: false,
    });
    const wide = await opened.evaluate<number>("document.documentElement.scrollWidth");
    assert.ok(wide <= width, `${wide} of ${width}`);
  }
});

pageTest("it prints: on white, without what is for screens, in several pages", async (opened) => {
  const dark = { name: "prefers-color-scheme", value: "dark" };
  await opened.ask("Emulation.setEmulatedMedia", { media: "print", features: [dark] });
  const [ground, navigation] = await opened.evaluate<[string, string]>(`[
    getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.querySelector("nav")).display,
  ]`);
  assert.equal([ground, navigation], ["rgb(255, 255, 255)", "none"]);
  await opened.ask("Emulation.setEmulatedMedia", { media: "", features: [] });
  const { data } = await opened.ask<{ data: string }>("Page.printToPDF", { preferCSSPageSize: true });
  const pdf = Buffer.from(data, "base64");
  assert.is(pdf.subarray(0, 5).toString("latin1"), "%PDF-");
  const pages = pdf.toString("latin1").match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;
  assert.ok(pages >= 4 && pages <= 40, `${pages} pages`);
});

test.run();
