export { type Calls, recordCalls } from "./calls.js";
export { type CountedModel, openCounted } from "./instructions.js";
export {
  allInstructions,
  allOperations,
  findOperations,
  type KnownInstruction,
  type LibraryBuild,
  type LibraryModel,
  type LibraryRun,
  runInLibrary,
  type UsedOperations,
} from "./library.js";
export { defaultTier, type Needs, predictFit, predictNeeds } from "./predict.js";
