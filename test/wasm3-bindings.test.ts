import "../host/wasm3-bindings/test/calls.test.ts";
import "../host/wasm3-bindings/test/lifetime.test.ts";
import "../host/wasm3-bindings/test/memory.test.ts";
import "../host/wasm3-bindings/test/modules.test.ts";
import "../host/wasm3-bindings/test/read-weights.test.ts";
import "../host/wasm3-bindings/test/superinstructions.test.ts";
import "../host/wasm3-bindings/test/tarball.test.ts";
import "../host/wasm3-bindings/test/traps.test.ts";
