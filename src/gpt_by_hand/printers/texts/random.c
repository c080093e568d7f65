/*
  The random numbers: those that PyTorch draws on a CPU after torch.manual_seed(seed), bit for bit.

  One generator of 32-bit values, MT19937 (Matsumoto and Nishimura 1998, "Mersenne Twister"). How they become fractions,
  normal numbers and whole numbers follows PyTorch: aten/src/ATen/core/DistributionsHelper.h and
  aten/src/ATen/native/cpu/DistributionTemplates.h.
*/

enum { WORDS = 624, BLOCK = 16 };  /* words of the generator's state; normal numbers that are made at a time */

static uint32_t generator[WORDS];
static int words_used = WORDS;

static void seed_generator(uint32_t seed) {
    generator[0] = seed;
    for (uint32_t n = 1; n < WORDS; n++)
        generator[n] = 1812433253u * (generator[n - 1] ^ generator[n - 1] >> 30) + n;
    words_used = WORDS;
}

/* The next 32-bit value. */
static uint32_t draw_word(void) {
    if (words_used == WORDS) {
        for (int n = 0; n < WORDS; n++) {
            uint32_t mixed = (generator[n] & 0x80000000u) | (generator[(n + 1) % WORDS] & 0x7fffffffu);
            generator[n] = generator[(n + 397) % WORDS] ^ mixed >> 1 ^ (mixed & 1 ? 0x9908b0dfu : 0u);
        }
        words_used = 0;
    }
    uint32_t word = generator[words_used++];
    word ^= word >> 11;
    word ^= word << 7 & 0x9d2c5680u;
    word ^= word << 15 & 0xefc60000u;
    return word ^ word >> 18;
}

/* The next 64-bit value, the upper half first. */
static uint64_t draw_double_word(void) {
    uint64_t upper = draw_word();
    return upper << 32 | draw_word();
}

/* So many 32-bit values that nothing is made of. */
static void skip_words(int count) {
    for (int n = 0; n < count; n++)
        draw_word();
}

/* A fraction, from 0 up to but not including 1: the low 24 bits. */
static float draw_fraction(void) {
    return (float)(draw_word() & 0xffffffu) * 0x1p-24f;
}

/* A whole number, from 0 up to but not including `end`. */
static long draw_below(long end) {
    return (long)((end < 1L << 28 ? draw_word() : draw_double_word()) % (uint64_t)end);
}

/* a * b + c, rounded once: in double precision the product of two floats is exact. */
static float fused(float a, float b, float c) {
    return (float)((double)a * b + c);
}

/* A polynomial by Horner's rule, the highest power first. */
static float polynomial(const float *coefficients, int count, float x) {
    float value = coefficients[0];
    for (int n = 1; n < count; n++)
        value = fused(value, x, coefficients[n]);
    return value;
}

/* The natural logarithm. Source: S. L. Moshier, Cephes mathematical library, logf.c (the polynomial). */
static float cephes_log(float x) {
    static const float p[] = {7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f,
                              -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f,
                              2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f};
    int exponent;
    float m = frexpf(x, &exponent);  /* x is m times 2 to the exponent; ln 2 below is in two parts */
    int small = m < 0.70710678118654752f;
    float e = (float)(exponent - small);
    m = (m - 1.0f) + (small ? m : 0.0f);
    float square_of_m = m * m;
    float tail = fused(polynomial(p, 9, m) * m, square_of_m, e * -2.12194440e-4f);
    return fused(e, 0.693359375f, m + fused(-square_of_m, 0.5f, tail));
}

/* Sine and cosine of an angle that is not negative. Source: S. L. Moshier, Cephes, sinf.c (the polynomials). */
static void cephes_sine_cosine(float x, float *sine, float *cosine) {
    static const float s[] = {-1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f};
    static const float c[] = {2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f};
    int octant = ((int)(x * 1.27323954473516268f) + 1) & ~1;  /* x times 4 / pi */
    x = fused((float)octant, -0.78515625f, x);  /* minus so many times pi / 4, in three parts */
    x = fused((float)octant, -2.4187564849853515625e-4f, x);
    x = fused((float)octant, -3.77489497744594108e-8f, x);
    float z = x * x;
    float even = fused(polynomial(c, 3, z) * z, z, -(z * 0.5f)) + 1.0f;
    float odd = fused(polynomial(s, 3, z) * z, x, x);
    *sine = octant & 2 ? even : odd;
    *cosine = octant & 2 ? odd : even;
    if (octant & 4)
        *sine = -*sine;
    if ((octant + 2) & 4)
        *cosine = -*cosine;
}

/* 16 fractions become 16 normal numbers. Source: Box and Muller 1958, "A Note on the Generation of Random Normal
   Deviates": numbers n and n + 8 are sqrt(-2 ln a) cos(2 pi b) and sqrt(-2 ln a) sin(2 pi b). */
static void make_normal(float *numbers, float std) {
    for (int n = 0; n < BLOCK / 2; n++) {
        float radius = sqrtf(-2.0f * cephes_log(1.0f - numbers[n])), sine, cosine;
        cephes_sine_cosine(6.28318530717958648f * numbers[n + BLOCK / 2], &sine, &cosine);
        numbers[n] = fused(radius * cosine, std, 0.0f);
        numbers[n + BLOCK / 2] = fused(radius * sine, std, 0.0f);
    }
}

/* One normal number in double precision. A pair is made at a time, and its second number kept for the next call. */
static double draw_double_normal(void) {
    static double spare;
    static int has_spare = 0;
    has_spare = !has_spare;
    if (!has_spare)
        return spare;
    double a = (double)(draw_double_word() & 0x1fffffffffffffu) * 0x1p-53;
    double b = (double)(draw_double_word() & 0x1fffffffffffffu) * 0x1p-53;
    double radius = sqrt(-2.0 * log1p(-b)), angle = 2.0 * 3.14159265358979323846 * a;
    spare = radius * sin(angle);
    return radius * cos(angle);
}

/* Normal numbers with mean 0: 16 at a time, the last 16 afresh if they are no whole block; below 16 one by one. */
static void draw_normal(float *numbers, int count, double std) {
    if (count < BLOCK) {
        for (int n = 0; n < count; n++)
            numbers[n] = (float)(draw_double_normal() * std);
        return;
    }
    for (int n = 0; n < count; n++)
        numbers[n] = draw_fraction();
    for (int n = 0; n + BLOCK <= count; n += BLOCK)
        make_normal(numbers + n, (float)std);
    if (count % BLOCK) {
        float *last = numbers + count - BLOCK;
        for (int n = 0; n < BLOCK; n++)
            last[n] = draw_fraction();
        make_normal(last, (float)std);
    }
}
