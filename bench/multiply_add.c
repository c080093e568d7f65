/* The most multiply-adds that a core does: chains that do not wait for each other, all in registers. */
#include <stdint.h>

typedef float vector __attribute__((vector_size(4 * LANES)));
enum { CHAINS = 12 }; /* two a cycle, each done after four or five cycles, make ten */

#ifdef __clang__
#define UNROLL _Pragma("unroll")
#define WHOLE __attribute__((min_vector_width(32 * LANES))) /* a vector is one register, never two halves */
#else
#define UNROLL _Pragma("GCC unroll 16")
#define WHOLE
#endif

static WHOLE float chains(int64_t steps, float a, float b) {
    vector x[CHAINS], factor, term;
    for (int l = 0; l < LANES; l++) {
        factor[l] = a;
        term[l] = b;
    }
    UNROLL for (int c = 0; c < CHAINS; c++) x[c] = term * (float)(c + 1);
    for (int64_t n = 0; n < steps; n++)
        UNROLL for (int c = 0; c < CHAINS; c++) x[c] = x[c] * factor + term;
    float sum = 0;
    for (int c = 0; c < CHAINS; c++)
        for (int l = 0; l < LANES; l++) sum += x[c][l];
    return sum;
}

/* Each thread takes so many steps; returns how many multiply-adds a thread has done. */
double run(int64_t steps, int threads, float a, float b, float *sum) {
    float total = 0;
    #pragma omp parallel for num_threads(threads) reduction(+ : total) schedule(static, 1)
    for (int t = 0; t < threads; t++) total += chains(steps, a, b);
    *sum = total; /* so that nothing can be left out */
    return (double)steps * CHAINS * LANES;
}
