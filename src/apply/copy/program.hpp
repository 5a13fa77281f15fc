// Running a program of the server's own installation, such as pg_dump.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// The path of a program that lies beside this server's own. The file may be missing.
const char *path_of_program(const char *name);

struct ProgramCall {
    const char *path;
    const char *const *arguments; // the name of the program first, a null pointer last
    // What the program may read from the file /dev/fd/3, which nobody else can; null where there is none.
    const char *secret;
    // Called about once a second while the program runs; where it returns false, the program is ended.
    bool (*go_on)(void *argument);
    void *argument;
};

struct ProgramResult {
    bool ended_early; // because go_on said so
    int exit_status;  // as waitpid gives it
    const char *output;
    const char *errors; // what it wrote to its standard error
};

// Runs a program and waits for its end. It ends, too, when this process does, or is interrupted. Raises errors of the
// operating system.
ProgramResult run_program(const ProgramCall &call);

} // namespace pg_follower::apply
