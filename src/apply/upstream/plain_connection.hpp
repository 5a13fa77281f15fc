// An ordinary connection to the upstream, for questions and for COPY: it takes no walsender there, and an error of the
// upstream keeps its SQLSTATE also in the middle of a COPY.
//
// It is libpq's own, so it must be closed whatever happens: by PG_FINALLY or PG_ENSURE_ERROR_CLEANUP. Interrupts are
// served while it waits, but for the look-up of a host's name.
#pragma once

#include "pg_follower/pg.hpp"

struct pg_conn;
struct pg_result;

namespace pg_follower::apply {

// The rows of an answer, as text, in the memory context in which it was asked for.
struct Answer {
    int rows;
    int columns;
    const char **values; // row by row; null pointers for nulls
    const char *value(int row, int column) const { return values[row * columns + column]; }
};

class PlainConnection {
  public:
    // Connects as `application_name` and puts the session under the settings under which values are written (see
    // settings.hpp), without time limits. Raises ERRCODE_CONNECTION_FAILURE; close() must be called then, too.
    void open(const char *conninfo, const char *application_name);
    void close();
    bool is_open() const { return connection_ != nullptr; }
    int server_major_version() const; // such as 15

    // Runs commands, and returns the rows of the last of them. An error of the upstream is raised as one of this
    // server, with its SQLSTATE.
    Answer ask(const char *commands);
    // The same, but tells an error by its SQLSTATE, and raises it only in raise_failure(); 0 where there is none.
    int try_ask(const char *commands, Answer &answer);
    const char *failure_message() const;
    [[noreturn]] void raise_failure();

    // Begins a COPY ... TO STDOUT. It must be read to its end before anything else is asked.
    void start_copy(const char *command);
    // The next piece of the COPY's data: its length, and 0 at the end. It is good until the next call.
    int copy_data(const char **data);
    // As copy_data(), but it does not wait: -1 where there is no data yet.
    int copy_data_at_hand(const char **data);

  private:
    void wait(uint32 event);
    pg_result *next_result();
    [[noreturn]] void raise(pg_result *result);
    pg_conn *connection_ = nullptr;
    pg_result *failure_ = nullptr; // of the last try_ask()
    char *piece_ = nullptr;        // of a COPY's data
};

} // namespace pg_follower::apply
