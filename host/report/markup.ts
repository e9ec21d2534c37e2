import { visible, withoutMarkup } from "../visible.js";

/** A piece of HTML or SVG. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: markup stays as it is, lists are joined, of undefined and false nothing is written. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

function written(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (content === undefined || content === false) return "";
  if (typeof content === "object") return content.map(written).join("");
  return withoutMarkup(visible(String(content)));
}

/** A page that holds a picture (SVG), and refers to nothing outside of it. */
export function pageOf(title: string, picture: string): string {
  const style = "body { margin: 1rem auto; max-width: 1000px; } svg { width: 100%; height: auto; }";
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${new Markup(style)}</style></head><body>
${new Markup(picture)}</body></html>
`.text;
}

/**
 * HTML or SVG from a template. Texts that are put into it are texts, whatever is in them: a model's names are not believed.
 * Attributes stand between quotes.
 */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(strings.reduce((text, next, i) => text + written(contents[i - 1]) + next));
}
