/* The formulas up to the loss. */
$loss
/* The learning rate of an iteration. */
static double rate_at(double n) {
    iteration = n;
    $rate();
    return learning_rate;
}

/* One iteration: every formula once; $what. */
static void iterate(void) {
    compute();
$kept}
