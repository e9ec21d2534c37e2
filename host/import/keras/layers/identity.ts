import type { LayerMapping } from "./mapping.js";

/** Layers that do something while training only, or that tell others something. */
export const identityLayers: readonly LayerMapping[] = [
  {
    classNames: [
      "Dropout",
      "SpatialDropout1D",
      "SpatialDropout2D",
      "SpatialDropout3D",
      "AlphaDropout",
      "GaussianDropout",
      "GaussianNoise",
      "ActivityRegularization",
      "Identity",
      // Augmentation of pictures.
      "CutMix",
      "MixUp",
      "RandAugment",
      "RandomBrightness",
      "RandomColorDegeneration",
      "RandomColorJitter",
      "RandomContrast",
      "RandomElasticTransform",
      "RandomErasing",
      "RandomFlip",
      "RandomGaussianBlur",
      "RandomGrayscale",
      "RandomHeight",
      "RandomHue",
      "RandomInvert",
      "RandomPerspective",
      "RandomPosterization",
      "RandomRotation",
      "RandomSaturation",
      "RandomSharpness",
      "RandomShear",
      "RandomTranslation",
      "RandomWidth",
      "RandomZoom",
    ],
    read: () => (layer) => layer.input,
  },
];
