/** Nodes of a model, and layers of a Keras model as they are called. Networks for microcontrollers have some hundred. */
export const maxNodes = 2048;

/** Inputs and outputs of all nodes of a model together. */
export const maxConnections = 8 * maxNodes;
