const polynomial = 0x1021;

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) !== 0 ? (crc << 1) ^ polynomial : crc << 1;
  return crc;
});

/**
 * CRC-16/XMODEM: polynomial 0x1021, initial value 0, not reflected, no final inversion. The CRC of "123456789" is
 * 0x31c3. Source: Zephyr documentation, "SMP Transport Specification"; catalogue of parametrised CRC algorithms.
 */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ table[(crc >>> 8) ^ byte]!;
  return crc;
}
