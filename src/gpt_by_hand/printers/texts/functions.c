static inline float cube(float x) { return x * x * x; }

/* the larger of both, and a NaN where there is one */
static inline float larger(float x, float y) { return x > y || x != x ? x : y; }
#pragma omp declare reduction(larger : float : omp_out = larger(omp_in, omp_out)) initializer(omp_priv = -INFINITY)

static inline float square(float x) { return x * x; }

/* the error function, within 8 units in the last place: x P(x^2) / Q(x^2), as the NumPy engine computes it */
static inline float vector_erf(float x) {
    float y = x < -4.0f ? -4.0f : x;  /* one limit after the other: compilers like that better than both at once */
    y = y > 4.0f ? 4.0f : y;
    float z = y * y;
    float p = $numerator;
    float q = $denominator;
    float result = y * p / q;
    result = result < -1.0f ? -1.0f : result;
    return result > 1.0f ? 1.0f : result;
}

/* e to the power of x, within 2 units in the last place; 0 below -86.6, where it would be under 2.5e-38 */
static inline float vector_exp(float x) {
    float y = x < -86.6f ? -86.6f : x;  /* a NaN stays one */
    y = y > 89.0f ? 89.0f : y;
    float rounded = y * 1.44269504f + 12582912.0f;  /* y / ln 2 as a whole number, in the low bits */
    float n = rounded - 12582912.0f, r = y - n * 0.693359375f + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    union { float number; uint32_t bits; } power = {rounded};
    power.bits = (power.bits + 126u) << 23;  /* 2 to the power of n - 1 */
    return x < -86.6f ? 0.0f : p * power.number * 2.0f;
}

/* the hyperbolic tangent, within 3 units in the last place: a polynomial near 0, else through exp */
static inline float vector_tanh(float x) {
    float z = x * x, size = x < 0.0f ? -x : x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    float near = p * z * x + x, far = 1.0f - 2.0f / (vector_exp(size + size) + 1.0f);
    return size < 0.625f ? near : x < 0.0f ? -far : far;
}
