import { unary } from "./unary.js";

/** Tangent of radians. */
export const tan = unary({ name: "tan", real: Math.tan });

/** Angle in radians whose sine is x. */
export const asin = unary({ name: "asin", real: Math.asin });

/** Angle in radians whose cosine is x. */
export const acos = unary({ name: "acos", real: Math.acos });

/** Angle in radians whose tangent is x. */
export const atan = unary({ name: "atan", real: Math.atan });

/** Hyperbolic sine. */
export const sinh = unary({ name: "sinh", real: Math.sinh });

/** Hyperbolic cosine. */
export const cosh = unary({ name: "cosh", real: Math.cosh });

/** What the hyperbolic sine of is x. */
export const asinh = unary({ name: "asinh", real: Math.asinh });

/** What the hyperbolic cosine of is x, from 0 on. */
export const acosh = unary({ name: "acosh", real: Math.acosh });

/** What the hyperbolic tangent of is x. */
export const atanh = unary({ name: "atanh", real: Math.atanh });
