import type { RP2040 } from "rp2040js";

/** The SSI and its data register. Source: RP2040 data sheet, 2.2, 4.10.13. */
const ssiAt = 0x18000;
const dataRegister = 0x60;
const uniqueIdCommand = 0x4b;
const bytesBefore = 5;

/** The unique id of the emulated flash. */
export const flashId = Uint8Array.of(0xe6, 0x60, 0x77, 0x61, 0x73, 0x6d, 0x6f, 0x74);

/**
 * Has the emulated flash answer the command 4Bh with its unique id, behind 4 bytes of nothing; what rp2040js's SSI does
 * otherwise stays. Source: Winbond W25Q16JV data sheet, 8.2.19.
 */
export function installFlashId(chip: RP2040): void {
  const ssi = chip.peripherals[ssiAt]!;
  const [read, write] = [ssi.readUint32.bind(ssi), ssi.writeUint32.bind(ssi)];
  let sent = 0;
  ssi.writeUint32 = (offset, value) => {
    write(offset, value);
    if (offset !== dataRegister) return;
    if (sent > 0 || value === uniqueIdCommand) sent++;
    if (sent > bytesBefore + flashId.length) sent = 0;
  };
  ssi.readUint32 = (offset) =>
    offset === dataRegister && sent > bytesBefore ? flashId[sent - bytesBefore - 1]! : read(offset);
}
