export { type ApplicationReader, type BuiltApplication, buildApplication } from "./app/build-application.js";
export { type Recording, readRecording } from "./app/recording.js";
export {
  type ApplicationInput,
  applicationJsonSchema,
  defineApplication,
  type StageInput,
} from "./app/schema.js";
export { type AppEvent, type RunResult, type Simulated, simulate } from "./app/simulate.js";
export { applyPatch, makePatch, type PatchOptions } from "./delta/index.js";
export { type ErrorCode, type Place, type Refusal, UnsupportedModelError, WasmoteError } from "./errors.js";
export type { Graph } from "./graph/graph.js";
export { importModel, type ReadFile } from "./import/index.js";
export { packageKernels } from "./kernels/library.js";
export type { KernelLibrary } from "./link/link.js";
export { type AppAction, type AppSection, type AppSource, appOf } from "./package/app.js";
export type { Manifest, ManifestStep, ManifestTensor } from "./package/manifest.js";
export { type OpenedModule, openModule } from "./package/open.js";
export type { Pass } from "./passes/index.js";
export { type BuildOptions, type BuiltModel, buildModel } from "./pipeline.js";
export { openRunner } from "./run/index.js";
export type { Runner } from "./run/types.js";
export { loadUserOperators } from "./tools/user-operators.js";
export {
  generateKey,
  type PrivateKey,
  type PublicKey,
  privateKeyPem,
  publicKeyOf,
  publicKeyPem,
  readPrivateKey,
  readPublicKey,
} from "./trust/keys.js";
export {
  type KeyMessage,
  type SessionMessage,
  signMessage,
  type TrustMessage,
  type VerifiedMessage,
  verifyMessage,
} from "./trust/messages.js";
export { readTrust, type TrustOfFile } from "./trust/read.js";
export type { SelfTest } from "./trust/self-test-section.js";
export { type SignedModule, type SignOptions, signModule } from "./trust/sign.js";
export type { Signature, SignedHashes } from "./trust/signature-section.js";
export type { Trust } from "./trust/trust-section.js";
export { type VerifiedModule, verifyModule } from "./trust/verify.js";
