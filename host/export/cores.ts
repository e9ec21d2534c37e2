import { coreNames } from "../boards/index.js";

/** Processors that an export may be for besides boards' cores: those with 64 bits. */
export const hostCore = "host";

/** All that an export may be for. */
export const exportCores: readonly string[] = [...coreNames, hostCore];
