/* The samples that an example is given in place of a person's: made by the test. */
#ifndef SAMPLE_H
#define SAMPLE_H

#ifdef __cplusplus
extern "C" {
#endif

/* The next byte, -1 after the last. */
int sample_next(void);

/* Says that all samples were read, and ends the program. */
void sample_end(void);

#ifdef __cplusplus
}
#endif

#endif
