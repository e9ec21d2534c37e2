/** RFC 9180, A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode. All in hexadecimal. */
export const hpkeVector = {
  ephemeral: "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
  recipient: "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
  recipientPublic: "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
  encapsulated: "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
  info: "4f6465206f6e2061204772656369616e2055726e",
  key: "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91",
  baseNonce: "5c4d98150661b848853b547f",
  plain: "4265617574792069732074727574682c20747275746820626561757479",
  /** Of sequence number 0. */
  aad: "436f756e742d30",
  sealed: "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
} as const;

/** RFC 5869, A.1 and A.3; of what is derived the first 32 bytes. */
export const hkdfVectors = [
  {
    material: "0b".repeat(22),
    salt: "000102030405060708090a0b0c",
    info: "f0f1f2f3f4f5f6f7f8f9",
    key: "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
    derived: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
  },
  {
    material: "0b".repeat(22),
    salt: "",
    info: "",
    key: "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
    derived: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
  },
] as const;

/** Points of small order, whose products with any key are 0 (RFC 7748, 6.1): 0, 1 and p - 1, little-endian. */
export const lowOrderPoints = ["00".repeat(32), `01${"00".repeat(31)}`, `ec${"ff".repeat(30)}7f`] as const;
