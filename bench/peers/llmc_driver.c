/* llm.c's CPU training as a contender: its own source is included, without its main(), and called.
   Usage: driver checkpoint.bin batches.bin rows positions batches learning_rate beta1 beta2 eps decay checked */
#define TESTING
#include "train_gpt2.c"
#include <stdint.h>
#include <time.h>

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int count, char **given) {
    if (count != 12) return 2;
    int B = atoi(given[3]), T = atoi(given[4]), batches = atoi(given[5]), checked = atoi(given[11]), done = 0;
    float rate = atof(given[6]), beta1 = atof(given[7]), beta2 = atof(given[8]), eps = atof(given[9]);
    float decay = atof(given[10]);
    GPT2 model;
    gpt2_build_from_checkpoint(&model, given[1]);
    size_t each = (size_t)B * T;
    int *data = malloc(2 * batches * each * sizeof(int)); /* all tokens, then all targets */
    FILE *file = fopen(given[2], "rb");
    if (!data || !file || fread(data, sizeof(int), 2 * batches * each, file) != 2 * batches * each) return 3;
    fclose(file);
    char line[64];
    for (int first = 1;; first = 0) {
        long wanted = checked;
        if (!first && !fgets(line, sizeof line, stdin)) break;
        if (!first) wanted = atol(line);
        if (first) printf("\n{\"setup\": 0, \"versions\": {\"llm.c\": \"fp32, CPU\"}, \"losses\": [");
        double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (long n = 0; n < wanted; n++, done++) {
            int *tokens = data + (size_t)(n % batches) * each;
            gpt2_forward(&model, tokens, tokens + batches * each, B, T);
            gpt2_zero_grad(&model);
            gpt2_backward(&model);
            gpt2_update(&model, rate, beta1, beta2, eps, decay, done + 1);
            if (first) printf("%s%.9g", n ? ", " : "", model.mean_loss);
        }
        if (first) printf("]}\n");
        else
            printf("{\"seconds\": %.9g, \"cpu\": %.9g}\n", seconds(CLOCK_MONOTONIC) - start,
                   seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
        fflush(stdout);
    }
    return 0;
}
