export { defaultTier, type Needs, predictFit, predictNeeds } from "./predict.js";
