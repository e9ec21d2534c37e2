/** So many letters may be wrong, in a word of three times as many or more. */
const mostErrors = 3;

/** The name that a misspelt one most likely means; undefined where none is near. */
function nearest(word: string, names: readonly string[]): string | undefined {
  const near = names
    .map((name) => ({ name, errors: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, errors }) => errors <= Math.min(mostErrors, Math.ceil(name.length / 3)));
  return near.sort((a, b) => a.errors - b.errors)[0]?.name;
}

/** Letters to change, leave out or add so that `a` becomes `b`. Source: Levenshtein 1966. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(changed, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
  }
  return row[b.length] as number;
}

/** " (did you mean pico?)", or nothing. */
export function suggestion(word: string, names: readonly string[]): string {
  const name = nearest(word.slice(0, 100), names);
  return name === undefined ? "" : ` (did you mean ${name}?)`;
}
