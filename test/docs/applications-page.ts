import { applicationJsonSchema } from "../../host/app/schema.js";

/** A JSON Schema, as far as application files' uses it. */
interface Schema {
  type?: string;
  description?: string;
  const?: unknown;
  enum?: readonly unknown[];
  default?: unknown;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
}

/** What a value may be, in a few words. */
function typeText(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return [...new Set(choices.map(typeText))].join(" or ");
  if (schema.type === "array")
    return `a list of ${schema.items === undefined ? "values" : typeText(schema.items)}`;
  const { minimum: least = schema.exclusiveMinimum, maximum: most } = schema;
  const isWide = most === undefined || most >= 2 ** 31;
  const range = least === undefined ? "" : isWide ? `, from ${least}` : `, ${least} to ${most}`;
  if (schema.type === "integer") return `whole number${range}`;
  if (schema.type === "number") return `number${range}`;
  return schema.type === "string" ? "text" : (schema.type ?? "any value");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function fieldRows(schema: Schema, left: readonly string[]): string[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => !left.includes(name))
    .map(([name, field]) => {
      const isRequired = schema.required?.includes(name) === true && field.default === undefined;
      const byDefault =
        field.default === undefined ? (isRequired ? "required" : "") : `\`${JSON.stringify(field.default)}\``;
      return `| \`${name}\` | ${cell(typeText(field))} | ${cell(byDefault)} | ${cell(field.description ?? "")} |`;
    });
}

const table = (rows: readonly string[]): string[] =>
  rows.length === 0
    ? ["No fields."]
    : ["| field | is | by default | |", "| --- | --- | --- | --- |", ...rows];

/** A choice of objects: a heading for each, by what tells them apart. */
function choices(schemas: readonly Schema[], key: string, level: string): string[] {
  return schemas.flatMap((schema) => {
    const { const: name, description } = schema.properties?.[key] ?? {};
    return [
      "",
      `${level} ${String(name)}`,
      "",
      ...(description === undefined ? [] : [description, ""]),
      ...table(fieldRows(schema, [key])),
      ...nested(schema, [key], `${level}#`),
    ];
  });
}

/** Tables of the objects in an object's fields. */
function nested(schema: Schema, left: readonly string[], level: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (left.includes(name)) return [];
    const candidates = [
      field,
      ...(field.anyOf ?? []),
      ...(typeof field.additionalProperties === "object" ? [field.additionalProperties] : []),
      ...(field.items === undefined ? [] : [field.items]),
    ];
    const found = candidates.find(({ properties }) => properties !== undefined);
    if (found === undefined) return [];
    const areMany = typeof field.additionalProperties === "object" || field.items !== undefined;
    const title = areMany ? `each of \`${name}\`` : `\`${name}\``;
    return ["", `${level} ${title}`, "", ...table(fieldRows(found, [])), ...nested(found, [], `${level}#`)];
  });
}

/** docs/reference/applications.md: all that an application's file may hold. */
export function applicationsPage(): string {
  const schema = applicationJsonSchema() as Schema;
  const { source, stages, actions, share } = schema.properties as Readonly<
    Record<"source" | "stages" | "actions" | "share", Schema>
  >;
  const kinds = (stages.additionalProperties as Schema).oneOf ?? [];
  const lines = [
    "# Reference: an application's file",
    "",
    "What is allowed in `app.json` ([what it is for](../applications.md)). Written by `npm run docs` from the schema,",
    "[app.schema.json](../app.schema.json); a field without a default may be left out.",
    "",
    ...table(fieldRows(schema, [])),
    "",
    "## Sources",
    "",
    source.description ?? "",
    ...choices(source.oneOf ?? [], "type", "###"),
    "",
    "## Stages",
    "",
    stages.description ?? "",
    ...choices(kinds, "type", "###"),
    "",
    "## Actions",
    "",
    actions.description ?? "",
    ...choices(actions.items?.oneOf ?? [], "do", "###"),
    "",
    "## share",
    "",
    share.description ?? "",
    "",
    ...table(fieldRows(share, [])),
    ...nested(share, [], "###"),
  ];
  return `${lines.join("\n")}\n`;
}
