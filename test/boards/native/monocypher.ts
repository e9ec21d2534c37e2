/** The folder of Monocypher's sources (monocypher.c, monocypher.h), of which boards/trust is made; undefined where it is not given. */
export function monocypherSources(): string | undefined {
  return process.env.WASMOTE_MONOCYPHER;
}
