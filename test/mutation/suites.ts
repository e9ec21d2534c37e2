/** The tests, by their path below `test`, that are asked about a folder where they are not those of the same name. */
const exceptions: Readonly<Record<string, string>> = {
  "host/abi": "^(abi|ops)/",
  "host/boards": "^boards/(fit|load)\\.",
  "host/device": "^device/(?!hostile)",
  "host/files": "^(cli/(files|hostile-files|inputs)|import/hostile|run/tensor-files)",
  "host/firmware": "^(boards/firmware-image|cli/boards)",
  "host/graph": "^(import|passes|plan|quantize)/",
  "host/import/keras": "^import/(keras|tfjs)",
  "host/import/tflite": "^(import/tflite|models/tflite)",
  "host/link": "^link/link\\.",
  "host/lower": "^(lower|models|ops)/",
  "host/numerics": "^(numerics|ops)/",
  "host/package": "^package/(?!install)",
  "host/plan": "^plan/(?!allocate|random|real|wide)",
  "host/tools": "^(tools|cli/operators)",
};

/**
 * A pattern of the tests that are asked whether they notice a change in a folder or file of `host`: those of the folder
 * of the same name below `test`, but for some. They must be quick, since they are run once for each change.
 *
 * @param path from the project's root, with forward slashes
 * @returns source of a regular expression, which what follows the folders of a test's path is to be added to
 */
export function suiteOf(path: string): string {
  const folders = path.split("/");
  for (let length = folders.length; length > 1; length--) {
    const exception = exceptions[folders.slice(0, length).join("/")];
    if (exception !== undefined) return exception;
  }
  const below = folders.slice(1).filter((name) => !name.endsWith(".ts"));
  return `^${below.join("/")}/`;
}

/** Whether a folder's sources are C or AssemblyScript, which `native.ts` changes. */
export function isNative(path: string): boolean {
  return /^(boards|assembly|host\/wasm3-bindings\/native)(\/|$)/.test(path);
}
