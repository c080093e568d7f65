/*
  The data: a folder with train.bin and val.bin, tokens of two bytes each, the lower byte first.
*/

typedef struct {
    uint16_t *tokens;
    long count;
} Data;

/* Say in one line what is wrong, and end. */
static void fail(const char *format, ...) {
    va_list words;
    va_start(words, format);
    fflush(stdout);
    fputs("error: ", stderr);
    vfprintf(stderr, format, words);
    fputc('\n', stderr);
    va_end(words);
    exit(2);
}

static void *allocate(void *old, size_t bytes) {
    void *memory = realloc(old, bytes);
    if (!memory)
        fail("no memory for %lu bytes", (unsigned long)bytes);
    return memory;
}

/* The tokens of a file, checked. */
static Data read_data(const char *folder, const char *name) {
    char *path = allocate(NULL, strlen(folder) + strlen(name) + 2);
    sprintf(path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail("cannot read %s: %s; a data set is a folder with train.bin and val.bin", path, strerror(errno));
    unsigned char *bytes = NULL;
    size_t size = 0, more;
    do {
        bytes = allocate(bytes, size + (1 << 20));
        more = fread(bytes + size, 1, 1 << 20, file);
        size += more;
    } while (more);
    if (ferror(file))
        fail("cannot read %s: %s", path, strerror(errno));
    fclose(file);
    if (size % 2)
        fail("%s has %lu bytes, an odd number, but a token takes 2", path, (unsigned long)size);
    Data data = {allocate(NULL, size + 1), (long)(size / 2)};
    if (data.count <= T)
        fail("%s has %ld tokens, but a sequence of %d needs at least %d", path, data.count, T, T + 1);
    for (long n = 0; n < data.count; n++) {
        data.tokens[n] = (uint16_t)(bytes[2 * n] | bytes[2 * n + 1] << 8);
        if (data.tokens[n] >= V)
            fail("%s: token %d at position %ld is outside of the vocabulary of %d", path, data.tokens[n], n, V);
    }
    free(bytes);
    free(path);
    return data;
}
