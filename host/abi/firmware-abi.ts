/** Version of the firmware's interface to the host (docs/link.md, "status") from which on it resets models' state. */
export const resettingAbi = 2;

/** The same from which on it takes patches and sealed files, and answers what became of them. */
export const patchingAbi = 3;

/** The first version of it. */
export const firstAbi = 1;
