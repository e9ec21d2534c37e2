/**
 * Offsets of what a row of a table of steps holds ([lower/step-table.ts](../lower/step-table.ts)), int32, little-endian: offset of the call's block in the weights section, the address to read it to,
 * number of the choice; addresses of conditions, those that a row lacks being that of the 1 behind them.
 */
export const rowFields = { block: 0, to: 4, choice: 8, conditions: 12 } as const;
