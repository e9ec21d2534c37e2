/** What a clock of rp2040js calls when its time has come. */
interface Alarm {
  at: number;
  ring(): void;
}

/**
 * Emulated time for rp2040js, told by the processor's own cycle counter, so that nothing has to be done for an
 * instruction but to compare that counter with `nextCycle`.
 */
export class CycleClock {
  /** The cycle in which `ring` is to be called next. */
  nextCycle = Number.POSITIVE_INFINITY;
  readonly #alarms: Alarm[] = [];
  readonly #nanosPerCycle: number;
  readonly #cycles: () => number;
  #ringing: number | undefined;

  /**
   * @param hz clock of the processor
   * @param cycles cycles since the start
   */
  constructor(hz: number, cycles: () => number) {
    this.#nanosPerCycle = 1e9 / hz;
    this.#cycles = cycles;
  }

  /** Nanoseconds since the start; while an alarm rings, its own time. */
  get nanos(): number {
    return this.#ringing ?? this.#cycles() * this.#nanosPerCycle;
  }

  /** An alarm that can be set again and again. */
  createAlarm(callback: () => void): { schedule(deltaNanos: number): void; cancel(): void } {
    const alarm: Alarm = { at: 0, ring: callback };
    return {
      schedule: (deltaNanos) => {
        this.#remove(alarm);
        alarm.at = this.nanos + deltaNanos;
        const later = this.#alarms.findIndex(({ at }) => at > alarm.at);
        this.#alarms.splice(later < 0 ? this.#alarms.length : later, 0, alarm);
        this.#update();
      },
      cancel: () => {
        this.#remove(alarm);
        this.#update();
      },
    };
  }

  /** Has every alarm ring whose time has come, in order. */
  ring(): void {
    const now = this.nanos;
    for (let alarm = this.#alarms[0]; alarm !== undefined && alarm.at <= now; alarm = this.#alarms[0]) {
      this.#alarms.shift();
      this.#ringing = alarm.at;
      alarm.ring();
    }
    this.#ringing = undefined;
    this.#update();
  }

  #remove(alarm: Alarm): void {
    const at = this.#alarms.indexOf(alarm);
    if (at >= 0) this.#alarms.splice(at, 1);
  }

  #update(): void {
    const [first] = this.#alarms;
    this.nextCycle = first === undefined ? Number.POSITIVE_INFINITY : first.at / this.#nanosPerCycle;
  }
}
