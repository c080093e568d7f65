static void draw_mask(float *mask, int count) {
    for (int n = 0; n < count; n++)
        mask[n] = draw_fraction() >= ${rate}f;
}

/* Which activations dropout keeps in a micro-step, whose first sequence is this row of the batch. */
static void draw_masks(int row) {
$draw
}

static void fill_mask(float *mask, int count) {
    for (int n = 0; n < count; n++)
        mask[n] = (float)keep_rate;
}

/* No dropout: the formulas divide by keep_rate what the masks multiply by it. */
static void keep_everything(void) {
$keep
}
