/** The models that are read, as help texts name them. */
export const readableModels = "a .tflite or .onnx file or a TF.js Layers model.json";
