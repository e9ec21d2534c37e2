/**
 * Functions of a module, imports among them, up to which a board works out which call which. Of modules with more it
 * keeps all compiled code in RAM (docs/decisions/0007-ram-on-the-board.md).
 */
export const callGraphFunctions = 64;
