/** Operators of ONNX that are to be run: cases that hold others are not counted. */
const names = `
Conv ConvTranspose Gemm MatMul Einsum
MaxPool AveragePool GlobalAveragePool GlobalMaxPool LpPool GlobalLpPool
BatchNormalization LayerNormalization InstanceNormalization GroupNormalization LpNormalization LRN
MeanVarianceNormalization RMSNormalization
Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Erf Exp Floor IsInf IsNaN Log Neg Not Reciprocal Round Sign Sin Sinh
Sqrt Tan BitwiseNot
Add And BitShift BitwiseAnd BitwiseOr BitwiseXor Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or
Pow Sub Sum Xor Where Clip
Relu LeakyRelu PRelu Elu Selu Celu Gelu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign ThresholdedRelu Mish Swish
Shrink Softmax LogSoftmax Hardmax
ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare
ArgMax ArgMin TopK CumSum
Pad Concat Split Slice Gather GatherElements GatherND ScatterElements ScatterND Reshape Flatten Transpose Squeeze Unsqueeze
Expand Tile Resize Upsample DepthToSpace SpaceToDepth Trilu EyeLike OneHot Range Shape Size Constant ConstantOfShape
ReverseSequence
LSTM GRU RNN If Loop
Dropout Identity Cast CastLike
QuantizeLinear DequantizeLinear DynamicQuantizeLinear QLinearConv QLinearMatMul ConvInteger MatMulInteger
ai.onnx.ml.TreeEnsembleClassifier ai.onnx.ml.TreeEnsembleRegressor ai.onnx.ml.TreeEnsemble
ai.onnx.ml.LinearClassifier ai.onnx.ml.LinearRegressor ai.onnx.ml.SVMClassifier ai.onnx.ml.SVMRegressor
ai.onnx.ml.Scaler ai.onnx.ml.Normalizer ai.onnx.ml.Imputer ai.onnx.ml.LabelEncoder ai.onnx.ml.ZipMap
ai.onnx.ml.Binarizer ai.onnx.ml.ArrayFeatureExtractor ai.onnx.ml.OneHotEncoder ai.onnx.ml.FeatureVectorizer
`;

export const listedOperators: ReadonlySet<string> = new Set(names.trim().split(/\s+/));
