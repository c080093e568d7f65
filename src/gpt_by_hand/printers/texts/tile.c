typedef float vector_${lanes} __attribute__((vector_size(${bytes})));
typedef float load_${lanes} __attribute__((vector_size(${bytes}), aligned(4), may_alias));

/*
  C[r][n] = sum over i and k of A[r][i, k] * B[i, k][n], for so many rows and vectors of ${lanes} numbers, which stay in
  registers while i and k run; of the last vector only the first numbers are wanted. With add, the sum is added to C.

  So the numbers in a call are: how many rows, how many vectors, how many numbers of the last one, whether to add;
  behind C and behind A, how far apart their rows lie; then, for i and for k, how many there are and how far apart
  their elements lie in A and in B.
*/
static inline __attribute__((always_inline)) WHOLE(${bytes}) void tile_${lanes}(
    int rows, int vectors, int last, int add, float *C, ptrdiff_t c_row, const float *A, ptrdiff_t a_row,
    int outer, ptrdiff_t a_outer, ptrdiff_t b_outer, int depth, ptrdiff_t a_depth, ptrdiff_t b_depth, const float *B) {
    vector_${lanes} sum[${most}][4];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int w = 0; w < vectors; w++)
            sum[r][w] = (vector_${lanes}){0};
    for (int i = 0; i < outer; i++)
        for (int k = 0; k < depth; k++) {
            const float *a = A + i * a_outer + k * a_depth, *b = B + i * b_outer + k * b_depth;
            vector_${lanes} x[4];
            UNROLL for (int w = 0; w < vectors; w++)
                x[w] = *(const load_${lanes} *)(b + ${lanes} * w);
            UNROLL for (int r = 0; r < rows; r++)
                UNROLL for (int w = 0; w < vectors; w++)
                    sum[r][w] += a[r * a_row] * x[w];
        }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int w = 0; w < vectors; w++) {
            float *c = C + r * c_row + ${lanes} * w;
            if (w < vectors - 1 || last == ${lanes})
                *(load_${lanes} *)c = add ? (vector_${lanes})(*(load_${lanes} *)c + sum[r][w]) : sum[r][w];
            else
                for (int l = 0; l < last; l++)
                    c[l] = add ? c[l] + sum[r][w][l] : sum[r][w][l];
        }
}
