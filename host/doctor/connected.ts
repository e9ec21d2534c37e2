import type { Board } from "../boards/index.js";
import { flasherFor } from "../flash/index.js";
import { describeDevice, type UsbDevice } from "../flash/usb-devices.js";
import { type Machine, type SerialPort, serialPorts } from "./machine.js";

/** Something plugged in that has to do with boards. */
export interface Connected {
  /** `device` a board, by its USB id; `volume` one in its UF2 boot loader; `probe` a debug probe; `port` any serial port. */
  kind: "device" | "volume" | "probe" | "port";
  /** Id, name and serial number of a device; path of a volume or a port. */
  what: string;
  /** Boards that it may be, or that a probe writes to. */
  boards: string[];
  /** Serial ports that belong to it. */
  ports: string[];
}

/** What is plugged in of these boards, and serial ports of others. */
export async function connectedBoards(machine: Machine, boards: readonly Board[]): Promise<Connected[]> {
  const ports = await serialPorts(machine);
  const devices = ((await machine.usbDevices()) ?? []).flatMap(
    (device) => connectedDevice(device, boards, ports) ?? [],
  );
  const volumes = machine.volumes().flatMap(({ path, boardId }): Connected[] => {
    const own = boards.filter((board) =>
      board.flashMethods.some((entry) => entry.method === "uf2" && boardId.startsWith(entry.boardId)),
    );
    return own.length === 0 ? [] : [{ kind: "volume", what: path, boards: own.map(idOf), ports: [] }];
  });
  const told = new Set(devices.flatMap((device) => device.ports));
  const others = ports
    .filter(({ path }) => !told.has(path))
    .map(({ path, usb }): Connected => {
      const may = boards.filter((board) => usb !== undefined && board.usb.includes(usb)).map(idOf);
      return { kind: "port", what: path, boards: may, ports: [path] };
    });
  return [...devices, ...volumes, ...others];
}

function connectedDevice(
  device: UsbDevice,
  boards: readonly Board[],
  ports: readonly SerialPort[],
): Connected | undefined {
  const own = ports.filter(({ usb }) => usb === device.id).map(({ path }) => path);
  const found = { what: describeDevice(device), ports: own };
  const may = boards.filter(({ usb }) => usb.includes(device.id)).map(idOf);
  if (may.length > 0) return { ...found, kind: "device", boards: may };
  const written = boards.filter((board) => isProbeOf(device, board)).map(idOf);
  return written.length === 0 ? undefined : { ...found, kind: "probe", boards: written };
}

function isProbeOf({ id }: UsbDevice, board: Board): boolean {
  return board.flashMethods.some((method) => flasherFor(method).usbIds(board).includes(id));
}

const idOf = ({ id }: Board): string => id;
