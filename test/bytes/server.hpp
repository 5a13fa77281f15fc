// A stand-in for the server below code that is run apart from it.
//
// It has what the code under test calls: memory, errors, strings. All memory is from malloc(), a block for each
// allocation, so that the address sanitizer sees whatever is read or written beside it. An error ends the function that
// read_input() calls.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::bytes {

// What became of an input.
struct Outcome {
    bool refused; // by an error, whose message is `message`
    int sqlstate; // of the error
    char message[256];
    size_t allocated; // memory that was asked for in all
};

// Calls `read` with a copy of the input, behind which no byte is readable; then frees what it has allocated.
Outcome read_input(const uint8_t *data, size_t size, void (*read)(const char *data, size_t size));

// Fails unless `condition` holds.
void require(bool condition, const char *what);

// Reads each byte, so that the sanitizer does.
void touch(const void *data, size_t size);
inline void touch(const char *string)
{
    touch(string, strlen(string));
}

// A target's own: reads an input, and requires what must be so of any.
Outcome run_target(const uint8_t *data, size_t size);

} // namespace pg_follower::bytes
