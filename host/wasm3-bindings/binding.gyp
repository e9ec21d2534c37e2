{
  "targets": [
    {
      "target_name": "wasm3_bindings",
      "sources": [
        "native/accelerators.c",
        "native/addon.c",
        "native/allocation.c",
        "native/firmware.c",
        "native/instance.c",
        "native/interpreter.c",
        "native/invoke.c",
        "native/memory-view.c",
        "native/native-stack.c",
        "native/values.c",
        "native/wasm3.c"
      ],
      "include_dirs": [
        "native",
        "<!(node scripts/native-sources.mjs wasm3)",
        "<!(node scripts/native-sources.mjs firmware)",
        "<!(node scripts/native-sources.mjs accelerators)",
        "<!(node scripts/native-sources.mjs superinstructions)"
      ],
      "defines": [
        "NAPI_VERSION=8",
        "d_m3HasFloat=1",
        "d_m3VerboseErrorMessages=1",
        "d_m3MaxLinearMemoryPages=65535"
      ],
      "cflags!": ["-fno-omit-frame-pointer", "-fno-strict-aliasing"],
      "cflags": [
        "-O3",
        "-fomit-frame-pointer",
        "-foptimize-sibling-calls",
        "-fno-stack-protector",
        "-fno-strict-aliasing",
        "-fvisibility=hidden",
        "-Wall",
        "-Wno-unused-function",
        "-Wno-unused-variable",
        "-Wno-unused-parameter"
      ],
      "cflags_c": ["-std=gnu11"],
      "conditions": [["OS=='linux' and target_arch=='x64'", { "cflags": ["-fcf-protection=none"] }]],
      "xcode_settings": {
        "GCC_OPTIMIZATION_LEVEL": "3",
        "GCC_C_LANGUAGE_STANDARD": "gnu11",
        "OTHER_CFLAGS": ["-fomit-frame-pointer", "-fno-stack-protector", "-fno-strict-aliasing"]
      }
    }
  ]
}
