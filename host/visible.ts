/** What a terminal obeys or does not show: control and format characters, line ends, halves of characters. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A text from a file, a board or another program as it may be shown: in one line, with escape sequences, control
 * characters and what turns the direction of writing made visible, as JSON writes them. Text of JSON keeps its meaning.
 */
export function visible(text: string): string {
  return text.replace(unseen, (character) => short[character] ?? escaped(character));
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** A text, visible, of at most so many characters: the last three are dots where it is longer. */
export function shortened(text: string, longest: number): string {
  const all = visible(text.length > longest ? text.slice(0, longest + 1) : text);
  return all.length <= longest ? all : `${all.slice(0, longest - 3)}...`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as HTML and XML may hold it, as content or between quotes: without markup, and without what is no character of XML. */
export function withoutMarkup(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => entities[character] as string)
    .replace(/[\ufffe\uffff]/g, "\ufffd");
}
