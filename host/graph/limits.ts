/** Nodes of a model, and layers of a Keras model as they are called. Networks for microcontrollers have some hundred. */
export const maxNodes = 2048;

/** Axes of a tensor. */
export const maxRank = 32;

/** Inputs of a model, its outputs, and its variables: each. */
export const maxEnds = 1024;

/** Bytes of a tensor's name, which tells users which one it is: converters join the names of fused layers to some hundred. */
export const maxNameBytes = 4096;

/** Inputs and outputs of all nodes of a model together. */
export const maxConnections = 8 * maxNodes;
