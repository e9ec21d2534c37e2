import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "./sources.js";

const pages = [
  join(root, "README.md"),
  join(root, "CHANGELOG.md"),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(root, "docs", file)),
];

/** Anchors of a page's headings, as GitHub makes them: lower case, without punctuation, a hyphen for each space. */
function anchorsOf(page: string): Set<string> {
  const headings = readFileSync(page, "utf8")
    .replace(/^```[\s\S]*?^```/gm, "")
    .matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, text = ""]) =>
      text
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function deadLinksOf(page: string): string[] {
  const text = readFileSync(page, "utf8").replace(/^```[\s\S]*?^```/gm, "");
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string);
  return links.filter((link) => {
    if (/^\w+:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : resolve(dirname(page), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor);
  });
}

test("links of the pages lead to files and headings that there are", () => {
  const dead = pages.flatMap((page) => deadLinksOf(page).map((link) => `${relative(root, page)}: ${link}`));
  assert.equal(dead, []);
});

test("paths of sources that pages name are there", () => {
  const named = /`((?:boards\/(?!definitions)|host|assembly|test|docs|models)[\w./-]+\.\w+)`/g;
  const missing = pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(named)]
      .map(([, path]) => path as string)
      .filter((path) => !path.includes("FAMILY") && !existsSync(join(root, path)))
      .map((path) => `${relative(root, page)}: ${path}`),
  );
  assert.equal(missing, []);
});

test.run();
