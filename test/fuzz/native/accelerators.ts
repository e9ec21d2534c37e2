import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { acceleratorImports } from "../../boards/native/accelerators.js";
import { nativeFolder, runNative, withNativeProgram } from "../../boards/native/compile.js";

/** The accelerators' checks of their arguments, with random and nearly valid blocks of parameters. */
export const accelerators = {
  name: "accelerators",

  /** @throws where a call touches what it must not, with the case and its block */
  async run({ cases, seed, log }: { cases: number; seed: number; log(line: string): void }): Promise<void> {
    const { sources, folders } = acceleratorImports();
    const program = {
      sources: [join(fileURLToPath(new URL(".", import.meta.url)), "accelerators.c"), ...sources],
      folders: [...folders, nativeFolder],
    };
    withNativeProgram(program, (file) => {
      const said = runNative(file, [String(cases), String(seed)]);
      const [, ran, trapped] = /^ok (\d+) (\d+)$/m.exec(said) ?? [];
      log(`${ran} calls ran, ${trapped} trapped`);
      if (cases >= 100 && !(Number(ran) > cases / 10 && Number(trapped) > cases / 10)) {
        throw new Error(`the cases are one-sided: ${said}`);
      }
    });
  },
};
