/** A tone that rises and falls, in noise that comes and goes: integers alone, as test/oracles/micro-frontend/make.py makes them. */
export function madeSignal(count: number): Int16Array {
  let [seed, phase] = [12345, 0];
  return Int16Array.from({ length: count }, (_, i) => {
    seed = Number((BigInt(seed) * 1103515245n + 12345n) & 0x7fffffffn);
    const noise = (seed >> 16) - 16384;
    phase = (phase + 500 + (i % 4000) * 2) & 0xffff;
    const tone = Math.abs(phase - 32768) - 16384;
    const loudness = Math.floor(i / 1500) % 4;
    return Math.floor((tone * loudness * 2 + noise * (Math.floor(i / 3000) % 3)) / 8);
  });
}
