import { type RunSanitized, withSanitizedAddon } from "./sanitized-addon.js";

interface Options {
  cases: number;
  seed: number;
  log(line: string): void;
}

/** wasm3-bindings' addon, wasm3 included, under sanitizers, with random and changed modules and any arguments. */
export const addon = {
  name: "addon",

  /** @throws at a finding, with all that the sanitizer and the cases said */
  async run(options: Options): Promise<void> {
    await withSanitizedAddon((run) => runAddonCases(run, options));
  },
};

/** The cases of `addon` on an addon that is compiled already. */
export function runAddonCases(run: RunSanitized, { cases, seed, log }: Options): void {
  const { status, output } = run(["test/fuzz/native/addon-cases.ts", String(cases), String(seed)]);
  const [, loaded, called, refused] = /^ok (\d+) (\d+) (\d+)$/m.exec(output) ?? [];
  if (status !== 0 || called === undefined) throw new Error(`the addon failed (${status}):\n${output}`);
  log(`${loaded} modules loaded, ${called} calls returned, ${refused} refusals and traps`);
  if (cases >= 50 && !(Number(loaded) > cases / 10 && Number(called) > cases / 10)) {
    throw new Error(`the cases are one-sided: ${output}`);
  }
}
