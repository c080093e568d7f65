/*
  Training: batches, iterations, evaluations.
*/

static Data train_data, val_data;
static long next_starts[BATCH_SIZE];  /* where the sequences of the next micro-step begin; drawn one micro-step ahead */

/* Where a sequence begins: anywhere, as long as there is a token after its last one. */
static long draw_start(const Data *data) {
    return draw_below(data->count - T);
}

static void draw_next_starts(void) {
    for (int n = 0; n < BATCH_SIZE; n++)
        next_starts[n] = draw_start(&train_data);
}

/* A sequence, and as its targets the tokens one position later, become a row of the batch. */
static void fill_row(int row, const Data *data, long start) {
    for (int t = 0; t < T; t++) {
        tokens[row][t] = data->tokens[start + t];
        targets[row][t] = data->tokens[start + t + 1];
    }
}

/* The batch of the next iteration: so many micro-steps of BATCH_SIZE sequences each, one below the other. */
static void fill_batch(void) {
    for (int row = 0; row < B; row += BATCH_SIZE) {
        for (int n = 0; n < BATCH_SIZE; n++)
            fill_row(row + n, &train_data, next_starts[n]);
        draw_masks(row);
        draw_next_starts();
    }
}

/* The mean loss of so many batches: the formulas up to the loss, for as many sequences at once as the arrays hold. */
static double evaluate(const Data *data, long long batches) {
    double total = 0.0;
    keep_everything();
    for (long long left = batches * BATCH_SIZE; left > 0; left -= B) {
        int rows = left < B ? (int)left : B;
        for (int row = 0; row < rows; row++)
            fill_row(row, data, draw_start(data));
        compute_loss();
        for (int row = 0; row < rows; row++)
            total += sequence_loss[row];
    }
    return total / (double)(batches * BATCH_SIZE);
}

static double seconds(void) {
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef struct {
    const char *folder;
    long long max_iters, eval_interval, eval_iters, seed;
    int losses;  /* print the loss of every iteration? */
} Settings;

/* One line for an evaluation. */
static void report(long long done, const Settings *settings, double start) {
    double train_loss = evaluate(&train_data, settings->eval_iters);
    double val_loss = evaluate(&val_data, settings->eval_iters);
    if (!isfinite(train_loss) || !isfinite(val_loss))
        fail("the loss is not a number at the evaluation of iteration %lld", done);
    printf("iteration %5lld: train %.4f  val %.4f  learning rate %.3g", done, train_loss, val_loss, rate_at(done));
    if (done)
        printf("  %.0f tokens/s", (double)(done * B * T) / (seconds() - start));
    printf("\n");
    fflush(stdout);
}

static void train(const Settings *settings) {
    seed_generator((uint32_t)settings->seed);
    start_weights();
    draw_next_starts();
    for (int t = 0; t < T; t++)
        positions[t] = t;
    double start = seconds();
    for (long long n = 0; n <= settings->max_iters; n++) {
        if (n % settings->eval_interval == 0 || n == settings->max_iters)
            report(n, settings, start);
        if (n == settings->max_iters)
            break;
        fill_batch();
        iteration = (double)n;
        iterate();
        if (!isfinite(loss))
            fail("the loss is %g at iteration %lld (learning rate %g): stopped", loss, n, learning_rate);
        if (settings->losses)
            printf("iteration %5lld: loss %.8g\n", n, loss);
    }
}

static long long whole_number(const char *option, const char *text, long long least, long long most) {
    char *end = NULL;
    errno = 0;
    long long value = text ? strtoll(text, &end, 10) : 0;
    if (!text || end == text || *end || errno || value < least || value > most)
        fail("%s needs a whole number from %lld to %lld", option, least, most);
    return value;
}

/* Is it the option? A hyphen does for an underscore. */
static int is_option(const char *text, const char *option) {
    for (; *text && (*text == *option || (*text == '-' && *option == '_')); text++, option++)
        ;
    return *text == *option;
}

static Settings read_settings(int count, char **words) {
    Settings found = {NULL, MAX_ITERS, EVAL_INTERVAL, EVAL_ITERS, SEED, 0};
    for (int n = 1; n < count; n++) {
        const char *word = words[n], *next = n + 1 < count ? words[n + 1] : NULL;
        if (is_option(word, "--help") || is_option(word, "-h")) {
            printf(HELP, words[0]);
            exit(0);
        }
        if (is_option(word, "--losses"))
            found.losses = 1;
        else if (is_option(word, "--max_iters"))
            found.max_iters = whole_number(word, next, 0, 1000000000), n++;
        else if (is_option(word, "--eval_interval"))
            found.eval_interval = whole_number(word, next, 1, 1000000000), n++;
        else if (is_option(word, "--eval_iters"))
            found.eval_iters = whole_number(word, next, 1, 1000000), n++;
        else if (is_option(word, "--seed"))
            found.seed = whole_number(word, next, 0, 4294967295), n++;
        else if (word[0] == '-')
            fail("there is no option %s: see %s --help", word, words[0]);
        else if (found.folder)
            fail("one folder at a time, not both %s and %s", found.folder, word);
        else
            found.folder = word;
    }
    if (!found.folder)
        fail("name the folder of a data set: see %s --help", words[0]);
    return found;
}

int main(int count, char **words) {
    Settings settings = read_settings(count, words);
    train_data = read_data(settings.folder, "train.bin");
    val_data = read_data(settings.folder, "val.bin");
    puts(ABOUT);
    printf("data %s; each iteration sees %d x %d sequences; ", settings.folder, B / BATCH_SIZE, BATCH_SIZE);
    printf("a guess scores ln %d = %.4f nats per token\n", V, log((double)V));
    fflush(stdout);
    train(&settings);
    return 0;
}
