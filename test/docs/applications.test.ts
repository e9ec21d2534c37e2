import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { applicationJsonSchema, parseApplication } from "../../host/app/schema.js";
import { assertGolden } from "../golden.js";
import { applicationsPage } from "./applications-page.js";
import { root } from "./sources.js";

test("docs/app.schema.json is the schema of application files (npm run docs writes it)", () => {
  assertGolden("../../docs/app.schema.json", `${JSON.stringify(applicationJsonSchema(), null, 2)}\n`);
});

test("docs/reference/applications.md tells all of it, in words (npm run docs writes it)", () => {
  const page = applicationsPage();
  assertGolden("../../docs/reference/applications.md", page);
  assert.not.match(page, /undefined|\[object/);
  const kinds = [...page.matchAll(/^### (.*)$/gm)].map(([, kind]) => kind);
  for (const kind of ["microphone", "model", "decision", "micro-frontend", "gpio"])
    assert.ok(kinds.includes(kind), kind);
  // Every field of every object that a file may hold is a row.
  const fieldsOf = (schema: unknown): string[] => {
    if (typeof schema !== "object" || schema === null) return [];
    const { properties = {} } = schema as { properties?: object };
    return [...Object.keys(properties), ...Object.values(schema).flatMap(fieldsOf)];
  };
  const fields = [...new Set(fieldsOf(applicationJsonSchema()))].filter(
    (name) => !["type", "do"].includes(name),
  );
  assert.equal(
    fields.filter((name) => !page.includes(`\n| \`${name}\` | `)),
    [],
  );
});

test("applications in the pages are valid", () => {
  const text = readFileSync(join(root, "docs", "applications.md"), "utf8");
  const found = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, json]) =>
    JSON.parse(json as string),
  );
  const applications = found.filter((value) => "stages" in value);
  assert.ok(applications.length >= 2);
  for (const application of applications) parseApplication(application);
});

test.run();
