#ifdef _WIN32
__declspec(dllexport)
#endif
void run(int64_t times, void *const *arrays) {
$start    for (int64_t n = 0; n < times; n++) {
$each    }
$end}
