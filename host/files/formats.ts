/** The models that are read, as help texts name them. */
export const readableModels = "a .tflite, .onnx, .h5 or .keras file, or a TF.js model.json";
