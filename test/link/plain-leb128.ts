/**
 * LEB128 as the WebAssembly specification words it (5.2.2), at least so many bytes long: longer ones than needed are
 * valid, too. Written apart from host/wasm, which is tested against it.
 */
export function unsignedLeb(value: bigint | number, bytes = 1): number[] {
  const n = BigInt(value);
  if (n < 128n && bytes <= 1) return [Number(n)];
  return [Number(n % 128n) + 128, ...unsignedLeb(n / 128n, bytes - 1)];
}

/** As `unsignedLeb`, of a number with a sign. */
export function signedLeb(value: bigint | number, bytes = 1): number[] {
  const n = BigInt(value);
  const low = Number(((n % 128n) + 128n) % 128n);
  if (-64n <= n && n < 64n && bytes <= 1) return [low];
  return [low + 128, ...signedLeb((n - BigInt(low)) / 128n, bytes - 1)];
}
