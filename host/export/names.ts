import { WasmoteError } from "../errors.js";

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Keywords of C (ISO/IEC 9899:2024, 6.4.1) and C++ (ISO/IEC 14882:2020, 5.11), in which sketches are written. */
const keywords = words(`
  alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl concept
  const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do double
  dynamic_cast else enum explicit export extern false final float for friend goto if import inline int long module mutable
  namespace new noexcept not not_eq nullptr operator or or_eq override private protected public register reinterpret_cast
  requires restrict return short signed sizeof static static_assert static_cast struct switch template this thread_local
  throw true try typedef typeid typename typeof typeof_unqual union unsigned using virtual void volatile wchar_t while xor
  xor_eq`);

/** Headers, which a model's would hide where folders are searched for both: C's, and those that ecosystems include by one name. */
const headers = words(`
  abi arduino assert complex ctype errno event_groups fenv float freertos freertosconfig inttypes iso646 kernel limits list
  locale math pico portable portmacro projdefs queue semphr setjmp signal stdalign stdarg stdatomic stdbit stdbool
  stdckdint stddef stdint stdio stdlib stdnoreturn string strings task tgmath threads time timers uchar unistd wchar wctype
  wasmote wasmote_config zephyr`);

/** What the headers declare that programs with a model include: of C's library, of Arduino, and of POSIX. */
const declared = words(`
  abort abs access acos acosh aligned_alloc alarm analogread analogwrite asctime asin asinh at_quick_exit atan atan2 atanh
  atexit atof atoi atol atoll attachinterrupt basename bcmp bcopy bit bitclear bitread bitset bitwrite boolean bsearch bufsiz
  byte bzero calloc cbrt ceil chdir clearerr clock clock_t close constrain copysign cos cosh creat ctime degrees
  delaymicroseconds detachinterrupt difftime digitalread digitalwrite div dprintf drem drand48 dup eof erf erfc errno execv
  exit exp exp2 expm1 fabs false fclose fdim fdopen feof ferror fflush ffs fgetc fgetpos fgets file fileno floor fma fmax
  fmin fmod fopen fork fprintf fputc fputs fread free freopen frexp fscanf fseek fsetpos ftell ftw fwrite gamma getc getchar
  getenv getline getpid gets gmtime high hypot ilogb index infinity input_pullup int16_t int32_t int64_t int8_t interrupts
  intptr_t isatty isfinite isinf isnan isnormal j0 j1 jn labs ldexp ldiv led_builtin lgamma link llabs lldiv localtime log
  log10 log1p log2 logb low lrint lround lsb lseek malloc map max memccpy memchr memcmp memcpy memmem memmove mempcpy memset
  micros millis min mktime modf msb nan nearbyint nextafter nointerrupts notone null off_t open pause pclose perror pi pid_t
  pinmode pipe popen pow print printable printf ptrdiff_t pulsein putc putchar puts qsort quick_exit radians raise rand
  random randomseed read realloc remainder remove remquo rename rewind rindex rint rmdir round scalb scanf select sequence
  serial serial1 setbuf setvbuf shiftin shiftout signal signbit signgam significand sin sinh size_t sleep snprintf sprintf
  sqrt srand srandom sscanf ssize_t stderr stdin stdout stpcpy strcat strchr strcmp strcoll strcpy strcspn strdup stream
  strerror strftime strlen strncat strncmp strncpy strndup strnlen strpbrk strrchr strsep strsignal strspn strstr strtod
  strtof strtok strtol strtold strtoll strtoul strtoull strxfrm swab sync sysconf system tan tanh tempnam tgamma time time_t
  timespec tmpfile tmpnam tone trunc truncate uint16_t uint32_t uint64_t uint8_t uintptr_t ungetc unlink usleep va_list
  vfprintf vfscanf vprintf vscanf vsnprintf vsprintf vsscanf wire word write y0 y1 yield yn`);

/** Of what ecosystems' headers declare, by how their names begin: Zephyr, FreeRTOS, ESP-IDF, the Pico SDK, pins of Arduino's. */
const beginnings = words(`
  atomic_ console_ esp_ getchar_ gpio_ heap_caps_ hardware_ k_ m3_ multicore_ pcTask pico_ printk pvPort putchar_ sleep_
  spi_ stdio_init stdio_set stdio_usb stdio_uart time_us_ uart_ ulTask uxQueue uxTask vPort vQueue vSemaphore vTask wasmote_ xEvent xMessage xPort xQueue
  xSemaphore xStream xTask xTimer`);
const pin = /^([ad]\d{1,2}|b[01]{1,8})$/i;

/** Macros of GCC's that name what is compiled for, where GNU C is asked for. */
const predefined = words("arm i386 linux mips riscv sparc unix");

/** The examples' own names. */
const examples = words(`
  all all_bytes app_main argument at begin bytes bytesof classes count delay element elements elements_of end
  example failed file filebytes i infer infer_for_ever inference_task input label length loop main memory
  name next open_model opened option options output outputs places print_element print_int64 print_output
  print_real print_status print_tensor print_text print_whole read_byte read_file read_sample real_of result reversed run said
  sample samples scores setup size stack stackbytes start status tens tensor text thousandths to u v value values whole
  write_element write_sample`);

const taken: ReadonlySet<string> = new Set([
  ...keywords,
  ...headers,
  ...declared,
  ...predefined,
  ...examples,
]);

/** The sample for one of a model's inputs, in an example. */
export function sampleName(symbol: string, input: number, inputs: number): string {
  return inputs === 1 ? `${symbol}_sample` : `${symbol}_sample_${input}`;
}

/** All that is named after a model, in its own files and in examples, in lower case: macros are in upper case. */
function namesAfter(symbol: string, inputs: number): string[] {
  const endings = [
    "bytes",
    "memory_bytes",
    "stack_bytes",
    "input_bytes",
    "output_bytes",
    "model_h",
    "memory",
    "opened",
  ];
  const samples = Array.from({ length: inputs }, (_, i) => sampleName(symbol, i, inputs));
  const all = [symbol, `run_${symbol}`, ...samples, ...endings.map((each) => `${symbol}_${each}`)];
  return all.map((name) => name.toLowerCase());
}

const isTaken = (symbol: string): boolean => namesAfter(symbol, 1).some((name) => taken.has(name));
const mayBeTaken = (symbol: string): boolean =>
  isTaken(symbol) || pin.test(symbol) || beginnings.some((each) => symbol.startsWith(each));

/** The C identifier for a model's name: none of C's, of its library and the ecosystems' as far as they are known here, or of the examples. */
export function symbolOf(name: string): string {
  const letters = name.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
  const plain = /^[A-Za-z]/.test(letters) ? letters : `model${letters === "" ? "" : `_${letters}`}`;
  if (!mayBeTaken(plain)) return plain;
  const longer = `${plain}_model`;
  return isTaken(longer) ? `model_${plain}` : longer;
}

/** The beginning of a model's constants in C. */
export const macroOf = ({ symbol }: { symbol: string }): string => symbol.toUpperCase();

/** Throws `export-name` where something named after a model would have the name of what is named after another. */
export function checkNames(models: readonly { symbol: string; name: string; inputs: number }[]): void {
  const known = new Map<string, string>();
  for (const { symbol, name, inputs } of models) {
    const own = namesAfter(symbol, inputs);
    const twice = own.find((each) => known.has(each));
    if (twice !== undefined)
      throw new WasmoteError("export-name", `${twice}, of "${known.get(twice)}" and of "${name}"`);
    for (const each of own) known.set(each, name);
  }
}
