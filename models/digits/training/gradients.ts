import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

/** What these kernels use of the WebAssembly backend. */
interface WasmBackend {
  makeOutput(shape: number[], dtype: "float32"): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
}

interface Job {
  inputs: NamedTensorInfoMap;
  attrs?: NamedAttrMap;
  backend: unknown;
}

type ConvInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

function convInfo(
  inShape: number[],
  filterShape: number[],
  attrs: NamedAttrMap,
  depthwise: boolean,
): ConvInfo {
  return tf.backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides as [number, number],
    (attrs.dilations as [number, number] | undefined) ?? 1,
    attrs.pad as "same" | "valid",
    attrs.dimRoundingMode as undefined,
    depthwise,
  );
}

/**
 * dW[ky, kx, ci, co] = sum over n, y, x of X[n, y * s + ky - pad, x * s + kx - pad, ci] * dY[n, y, x, co].
 * X is [n, h, w, ci], dY is [n, oh, ow, co], float32, NHWC.
 */
function conv2dFilterGradient({ inputs, attrs, backend }: Job): TensorInfo {
  const wasm = backend as WasmBackend;
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const shape = attrs!.filterShape as number[];
  const info = convInfo(x.shape, shape, attrs!, false);
  const out = wasm.makeOutput(shape, "float32");
  const xs = wasm.typedArrayFromHeap(x);
  const dys = wasm.typedArrayFromHeap(dy);
  const dws = wasm.typedArrayFromHeap(out).fill(0);
  const { inChannels: ci, outChannels: co, inHeight, inWidth, outHeight, outWidth } = info;
  for (let ky = 0; ky < info.filterHeight; ky++) {
    for (let kx = 0; kx < info.filterWidth; kx++) {
      const w0 = (ky * info.filterWidth + kx) * ci * co;
      for (let n = 0; n < info.batchSize; n++) {
        for (let oy = 0; oy < outHeight; oy++) {
          const y = oy * info.strideHeight + ky - info.padInfo.top;
          if (y < 0 || y >= inHeight) continue;
          for (let ox = 0; ox < outWidth; ox++) {
            const xAt = ox * info.strideWidth + kx - info.padInfo.left;
            if (xAt < 0 || xAt >= inWidth) continue;
            const x0 = ((n * inHeight + y) * inWidth + xAt) * ci;
            const d0 = ((n * outHeight + oy) * outWidth + ox) * co;
            for (let i = 0; i < ci; i++) {
              const value = xs[x0 + i]!;
              if (value === 0) continue;
              const w = w0 + i * co;
              for (let o = 0; o < co; o++) dws[w + o]! += value * dys[d0 + o]!;
            }
          }
        }
      }
    }
  }
  return out;
}

/** Visits each (filter tap, input pixel, output pixel) of a depthwise convolution with multiplier 1. */
function eachTap(info: ConvInfo, visit: (w: number, x: number, y: number) => void): void {
  const c = info.inChannels;
  for (let ky = 0; ky < info.filterHeight; ky++) {
    for (let kx = 0; kx < info.filterWidth; kx++) {
      for (let n = 0; n < info.batchSize; n++) {
        for (let oy = 0; oy < info.outHeight; oy++) {
          const y = oy * info.strideHeight + ky - info.padInfo.top;
          if (y < 0 || y >= info.inHeight) continue;
          for (let ox = 0; ox < info.outWidth; ox++) {
            const x = ox * info.strideWidth + kx - info.padInfo.left;
            if (x < 0 || x >= info.inWidth) continue;
            visit(
              (ky * info.filterWidth + kx) * c,
              ((n * info.inHeight + y) * info.inWidth + x) * c,
              ((n * info.outHeight + oy) * info.outWidth + ox) * c,
            );
          }
        }
      }
    }
  }
}

/** dW[ky, kx, c, 0] = sum of X * dY per channel; depth multiplier 1. */
function depthwiseFilterGradient({ inputs, attrs, backend }: Job): TensorInfo {
  const wasm = backend as WasmBackend;
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const shape = attrs!.filterShape as number[];
  const info = convInfo(x.shape, shape, attrs!, true);
  const out = wasm.makeOutput(shape, "float32");
  const xs = wasm.typedArrayFromHeap(x);
  const dys = wasm.typedArrayFromHeap(dy);
  const dws = wasm.typedArrayFromHeap(out).fill(0);
  const c = info.inChannels;
  eachTap(info, (w, xAt, yAt) => {
    for (let i = 0; i < c; i++) dws[w + i]! += xs[xAt + i]! * dys[yAt + i]!;
  });
  return out;
}

/** dX = the transposed depthwise convolution of dY; depth multiplier 1. */
function depthwiseInputGradient({ inputs, attrs, backend }: Job): TensorInfo {
  const wasm = backend as WasmBackend;
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const shape = attrs!.inputShape as number[];
  const info = convInfo(shape, filter.shape, attrs!, true);
  const out = wasm.makeOutput(shape, "float32");
  const ws = wasm.typedArrayFromHeap(filter);
  const dys = wasm.typedArrayFromHeap(dy);
  const dxs = wasm.typedArrayFromHeap(out).fill(0);
  const c = info.inChannels;
  eachTap(info, (w, xAt, yAt) => {
    for (let i = 0; i < c; i++) dxs[xAt + i]! += ws[w + i]! * dys[yAt + i]!;
  });
  return out;
}

/**
 * Selects TF.js's WebAssembly backend on one thread, with the three gradient kernels it lacks.
 * One thread keeps the order of every sum, and so the bytes of the weights, the same in each run.
 */
export async function useTrainingBackend(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(entry)}/`);
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  const kernels = {
    Conv2DBackpropFilter: conv2dFilterGradient,
    DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
    DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  };
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc });
  }
  if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend did not start");
}
