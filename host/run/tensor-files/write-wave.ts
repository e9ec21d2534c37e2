/** Writes a `.wav` file of one channel, 16-bit PCM. Source: IBM and Microsoft, *Multimedia Programming Interface and Data Specifications 1.0*. */
export function writeWave(samples: Int16Array, rate: number): Uint8Array {
  const [headBytes, sampleBytes] = [44, 2];
  const bytes = new Uint8Array(headBytes + samples.length * sampleBytes);
  const view = new DataView(bytes.buffer);
  const text = (at: number, name: string) => bytes.set(new TextEncoder().encode(name), at);
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * sampleBytes, true);
  view.setUint16(32, sampleBytes, true);
  view.setUint16(34, 8 * sampleBytes, true);
  text(36, "data");
  view.setUint32(40, samples.length * sampleBytes, true);
  for (const [i, sample] of samples.entries()) view.setInt16(headBytes + i * sampleBytes, sample, true);
  return bytes;
}
