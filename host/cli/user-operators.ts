import { Option } from "commander";
import type { KernelLibrary } from "../link/link.js";
import type { Output } from "./output.js";

/** The option that lists refused nodes; what it asks for is done where errors are told. */
export function verboseOption(): Option {
  return new Option("--verbose", "of a model that cannot be run, list every node, not operators alone");
}

/** What a command line says of operators of a user's own. */
export interface OperatorOptions {
  operators?: string;
}

/** The option that names their folder. */
export function operatorsOption(): Option {
  return new Option(
    "--operators <dir>",
    "add the operators of this folder; needs the package assemblyscript",
  );
}

/**
 * Adds the operators of the folder that is named, if one is; answers the libraries to link from.
 *
 * @throws `operators-invalid`, `package-missing`, `compile-failed`, `kernels-unlinkable`
 */
export async function addUserOperators(
  { operators: folder }: OperatorOptions,
  output: Output,
): Promise<readonly KernelLibrary[] | undefined> {
  if (folder === undefined) return undefined;
  const [{ loadUserOperators }, { packageKernels }] = await Promise.all([
    import("../tools/user-operators.js"),
    import("../kernels/library.js"),
  ]);
  output.blocking(`compiling the kernels of ${folder}`);
  return [packageKernels(), await loadUserOperators(folder)];
}
