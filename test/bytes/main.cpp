// Runs a target: over files (TARGET [--times=N] [--seed=N] FILE ...), or, where libFuzzer is linked, as it wants.
//
// Without libFuzzer, each file is read as it is, and then N times changed by chance: bytes, numbers and parts of it are
// overwritten, taken out, repeated, and put in from other files. A file whose name begins with "good" must be read
// without an error: the format has changed otherwise, and all files are to be made anew (make-inputs).
#include "server.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)pg_follower::bytes::run_target(data, size);
    return 0;
}

#ifndef PGF_LIBFUZZER

#include <cstdio>
#include <cstdlib>

namespace {

using namespace pg_follower::bytes;

constexpr size_t most_bytes = 64 * 1024;

struct Input {
    const char *name;
    uint8_t *data;
    size_t size;
};

uint64_t state;

// xorshift64*: https://doi.org/10.18637/jss.v008.i14
uint64_t chance(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1DULL % below;
}

Input load(const char *path)
{
    const char *slash = strrchr(path, '/');
    Input input = {slash ? slash + 1 : path, static_cast<uint8_t *>(malloc(most_bytes)), 0};
    FILE *file = fopen(path, "rb");
    require(file != nullptr, path);
    input.size = fread(input.data, 1, most_bytes, file);
    (void)fclose(file);
    return input;
}

// Changes the bytes in `data`, for which there is room for twice `most_bytes`.
size_t change(uint8_t *data, size_t size, const Input &other)
{
    constexpr uint32_t numbers[] = {0, 1, 0xffffffff, 0x7fffffff, 0x80000000, 0xffff0000, 0x0000ffff, 0x00010000};
    size_t at = size > 0 ? chance(size) : 0;
    size_t left = size - at;
    switch (chance(6)) {
    case 0:
        if (left > 0)
            data[at] ^= static_cast<uint8_t>(1 << chance(8));
        break;
    case 1:
        if (left > 0)
            data[at] = static_cast<uint8_t>(chance(256));
        break;
    case 2:
        if (left >= sizeof(uint32_t))
            memcpy(data + at, &numbers[chance(lengthof(numbers))], sizeof(uint32_t));
        break;
    case 3: {
        size_t gone = left > 0 ? chance(left) + 1 : 0;
        memmove(data + at, data + at + gone, left - gone);
        return size - gone;
    }
    case 4:
        return at;
    default: {
        size_t from = other.size > 0 ? chance(other.size) : 0;
        size_t more = other.size > 0 ? chance(other.size - from) : 0;
        if (size + more > most_bytes)
            break;
        memmove(data + at + more, data + at, left);
        memcpy(data + at, other.data + from, more);
        return size + more;
    }
    }
    return size;
}

// Reads the input, changed. If that ends the process, the same seed ends it again.
void run_changed(const Input &input, const Input &other)
{
    static uint8_t data[2 * most_bytes];
    memcpy(data, input.data, input.size);
    size_t size = input.size;
    for (uint64_t left = chance(4) + 1; left > 0; --left)
        size = change(data, size, other);
    (void)run_target(data, size);
}

} // namespace

int main(int argc, char **argv)
{
    uint64_t times = 0;
    uint64_t seed = 1;
    static Input *inputs;
    inputs = static_cast<Input *>(calloc(argc, sizeof(Input)));
    int count = 0;
    for (int i = 1; i < argc; ++i) {
        if (sscanf(argv[i], "--times=%lu", &times) == 1 || sscanf(argv[i], "--seed=%lu", &seed) == 1)
            continue;
        inputs[count++] = load(argv[i]);
    }
    require(count > 0, "there are inputs");
    state = seed * 2 + 1;
    for (int i = 0; i < count; ++i) {
        Outcome outcome = run_target(inputs[i].data, inputs[i].size);
        if (outcome.refused && strncmp(inputs[i].name, "good", 4) == 0) {
            (void)fprintf(stderr, "%s is refused: %s\n", inputs[i].name, outcome.message);
            return 1;
        }
    }
    for (uint64_t i = 0; i < times; ++i)
        run_changed(inputs[chance(count)], inputs[chance(count)]);
    (void)printf("%d inputs, %lu changed ones (seed %lu)\n", count, times, seed);
    return 0;
}

#endif
