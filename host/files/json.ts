import { maxJsonBytes, maxJsonDepth } from "./limits.js";

/**
 * Parses JSON in UTF-8 that may be hostile: bounded in bytes and in depth, so that whatever walks the value by
 * recursion ends.
 *
 * @throws SyntaxError that says what is wrong
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > maxJsonBytes) {
    throw new SyntaxError(`${bytes.length} bytes; up to ${maxJsonBytes} are read`);
  }
  const depth = nesting(bytes);
  if (depth > maxJsonDepth) {
    throw new SyntaxError(`arrays and objects nested ${depth} deep; up to ${maxJsonDepth} are read`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxError("its bytes are no UTF-8");
  }
  return JSON.parse(text);
}

/** The deepest nesting of brackets outside strings. */
function nesting(bytes: Uint8Array): number {
  const [quote, backslash, open, openBrace, close, closeBrace] = [0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d];
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === open || byte === openBrace) deepest = Math.max(deepest, ++depth);
    else if (byte === close || byte === closeBrace) depth--;
  }
  return deepest;
}
