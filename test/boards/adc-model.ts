import type { RP2040 } from "rp2040js";

/** Has the ADC's samples be what `sample` says, by their number. */
export function connectAdc(sample: (index: number, channel: number) => number): (chip: RP2040) => void {
  return ({ adc, clock }) => {
    let samples = 0;
    adc.onADCRead = (channel) => {
      const value = sample(samples++, channel);
      clock.createAlarm(() => adc.completeADCRead(value, false)).schedule(adc.sampleTime * 1000);
    };
  };
}
