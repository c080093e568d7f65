/* Rounded to decimals, $decimals of them; adding 0 makes 0 of -0. */
static void round_all(float *numbers, int count) {
    for (int n = 0; n < count; n++)
        numbers[n] = rintf(numbers[n] * $power) / $power + 0.0f;
}

