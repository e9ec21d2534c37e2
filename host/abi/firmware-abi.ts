/** Version of the firmware's interface to the host (docs/link.md, "status") from which on it resets models' state. */
export const resettingAbi = 2;

/** The first version of it. */
export const firstAbi = 1;
