const lineWidth = 110;

/** JSON as this repository formats it: an object member a line, arrays filled up to the line's width. */
export function formatJson(value: unknown): string {
  return `${print(JSON.parse(JSON.stringify(value)), "", 0, 0)}\n`;
}

function print(value: unknown, indent: string, used: number, trailing: number): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = `[${value.map((item) => print(item, inner, 0, 0)).join(", ")}]`;
    const fits = !flat.includes("\n") && used + flat.length + trailing <= lineWidth;
    if (fits) return flat;
    if (value.every((item) => typeof item === "number")) return `[\n${fill(value, inner)}\n${indent}]`;
    const last = value.length - 1;
    const lines = value.map((item, i) => inner + print(item, inner, inner.length, i < last ? 1 : 0));
    return `[\n${lines.join(",\n")}\n${indent}]`;
  }
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value);
    if (entries.length === 0) return "{}";
    const lines = entries.map(([key, item], i) => {
      const start = `${inner}${JSON.stringify(key)}: `;
      return start + print(item, inner, start.length, i < entries.length - 1 ? 1 : 0);
    });
    return `{\n${lines.join(",\n")}\n${indent}}`;
  }
  return JSON.stringify(value);
}

function fill(values: number[], indent: string): string {
  const lines: string[] = [];
  let line = indent;
  values.forEach((value, i) => {
    const text = JSON.stringify(value) + (i < values.length - 1 ? "," : "");
    const next = line === indent ? line + text : `${line} ${text}`;
    if (next.length > lineWidth) {
      lines.push(line);
      line = indent + text;
    } else {
      line = next;
    }
  });
  return [...lines, line].join("\n");
}
