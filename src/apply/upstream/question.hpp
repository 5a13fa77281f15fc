// A question to the upstream over a short connection of its own, which never makes the process wait.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "datatype/timestamp.h"
#include "libpq-fe.h"
}

namespace pg_follower::apply {

// It is asked, goes on with each step(), and is ended by end(), also after an error and by whoever stops asking.
// Between two steps the process may wait for `event()` on `socket()`. The connection is an ordinary one, which takes no
// walsender. There are no destructors: an object may lie in memory that outlives transactions.
class Question {
  public:
    enum class State { none, waiting, answered, failed };

    // Begins to ask. `query` may be several statements with a semicolon between them.
    void ask(const char *conninfo, const char *application_name, const char *query);
    // Asks more over the same connection, once the answer has come. Earlier answers are gone then.
    void ask_more(const char *query);
    // Goes on as far as that is possible now.
    State step();
    pgsocket socket() const { return PQsocket(connection_); }
    uint32 event() const { return event_; } // WL_SOCKET_READABLE or WL_SOCKET_WRITEABLE

    State state() const { return state_; }
    // The answer to each statement that returns rows, in their order; null where there was no such statement.
    const PGresult *answer(int number) const { return number < answer_count_ ? answers_[number] : nullptr; }
    // Waits, for others than the worker, until the answer has come. False when the time is over. Serves interrupts.
    bool wait(TimestampTz deadline);
    // The same without a limit. Raises an error where there is no answer, with the upstream's own SQLSTATE.
    void require_answer();
    // Leaves an answer to the caller, who has to clear it.
    PGresult *take_answer(int number);
    // Why it has failed, in the current memory context.
    const char *error() const;
    // Whether it has failed because the upstream has refused a statement, and not for want of a connection.
    bool refused() const { return failure_ != nullptr; }
    void end();

  private:
    State connect();
    State listen();
    void clear();

    static constexpr int most_answers = 4;
    PGconn *connection_ = nullptr;
    bool has_descriptor_ = false;
    bool connected_ = false;
    char *query_ = nullptr;
    State state_ = State::none;
    uint32 event_ = 0;
    PGresult *answers_[most_answers] = {};
    int answer_count_ = 0;
    PGresult *failure_ = nullptr;
};

} // namespace pg_follower::apply
