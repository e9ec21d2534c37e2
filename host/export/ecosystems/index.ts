import type { Ecosystem } from "../types.js";
import { arduino } from "./arduino.js";
import { espIdf } from "./esp-idf.js";
import { picoSdk } from "./pico-sdk.js";
import { platformio } from "./platformio.js";
import { zephyr } from "./zephyr.js";

/** Ecosystems that a library is written for, besides plain C. */
export const ecosystems: readonly Ecosystem[] = [arduino, platformio, zephyr, espIdf, picoSdk];
