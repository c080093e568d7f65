static void fill_with_ones(float *numbers, int count) {
    for (int n = 0; n < count; n++)
        numbers[n] = 1.0f;
}

$rounding/* The first weights, as PyTorch draws them. Building the model draws numbers that are then drawn anew, or
   that nothing is made of; what is drawn last stays. LayerNorm gains start with 1, biases with 0. */
static void start_weights(void) {
$lines
}
