/*
 * What a program's build of the library leaves out, and its sizes. Nothing here: all is there. `wasmote export` writes this
 * file; whoever builds the library otherwise may define the same by the compiler's options (runtime/CMakeLists.txt).
 */
#ifndef WASMOTE_CONFIG_H
#define WASMOTE_CONFIG_H
#endif
