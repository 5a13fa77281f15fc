// Asks the upstream with libpq itself. See question.hpp.
//
// libpqwalreceiver knows no time limit, waits for every answer and, in version 15, leaves an interrupted connection
// open. Look-up of names apart, which libpq does not let anybody interrupt, nothing here waits.
#include "apply/upstream/question.hpp"

#include "pg_follower/memory.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "storage/fd.h"
#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"
}

namespace pg_follower::apply {
namespace {

void ignore_notice(void *, const PGresult *) {}

} // namespace

void Question::ask(const char *conninfo, const char *application_name, const char *query)
{
    end();
    state_ = State::failed;
    // What the user's own string says about keepalives comes later, and so wins.
    const char *const keywords[] = {"keepalives_idle",
                                    "keepalives_interval",
                                    "keepalives_count",
                                    "dbname",
                                    "client_encoding",
                                    "application_name",
                                    nullptr};
    const char *const values[] = {"30", "10", "6", conninfo, GetDatabaseEncodingName(), application_name, nullptr};
    if (!AcquireExternalFD())
        return;
    has_descriptor_ = true;
    query_ = MemoryContextStrdup(TopMemoryContext, query);
    connection_ = PQconnectStartParams(keywords, values, 1);
    if (!connection_ || PQstatus(connection_) == CONNECTION_BAD)
        return;
    PQsetNoticeReceiver(connection_, ignore_notice, nullptr);
    event_ = WL_SOCKET_WRITEABLE;
    state_ = State::waiting;
}

void Question::ask_more(const char *query)
{
    clear();
    state_ = PQsendQuery(connection_, query) ? State::waiting : State::failed;
}

Question::State Question::step()
{
    if (state_ == State::waiting)
        state_ = connected_ ? listen() : connect();
    return state_;
}

Question::State Question::connect()
{
    switch (PQconnectPoll(connection_)) {
    case PGRES_POLLING_FAILED:
        return State::failed;
    case PGRES_POLLING_READING:
        event_ = WL_SOCKET_READABLE;
        return State::waiting;
    case PGRES_POLLING_OK:
        break;
    default:
        event_ = WL_SOCKET_WRITEABLE;
        return State::waiting;
    }
    connected_ = true;
    event_ = WL_SOCKET_READABLE;
    return PQsendQuery(connection_, query_) ? State::waiting : State::failed;
}

Question::State Question::listen()
{
    if (!PQconsumeInput(connection_))
        return State::failed;
    while (!PQisBusy(connection_)) {
        PGresult *result = PQgetResult(connection_);
        if (!result)
            return failure_ ? State::failed : State::answered;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK && answer_count_ < most_answers)
            answers_[answer_count_++] = result;
        else if (status == PGRES_FATAL_ERROR && !failure_)
            failure_ = result;
        else
            PQclear(result);
        // An upstream that ends the session sends an error, too.
        if (PQstatus(connection_) == CONNECTION_BAD)
            return State::failed;
    }
    return State::waiting;
}

bool Question::wait(TimestampTz deadline)
{
    while (step() == State::waiting) {
        long left =
            TIMESTAMP_IS_NOEND(deadline) ? -1 : TimestampDifferenceMilliseconds(GetCurrentTimestamp(), deadline);
        if (left == 0)
            return false;
        int wake = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | static_cast<int>(event_) | (left > 0 ? WL_TIMEOUT : 0);
        if (WaitLatchOrSocket(MyLatch, wake, socket(), left, PG_WAIT_EXTENSION) & WL_LATCH_SET) {
            ResetLatch(MyLatch);
            CHECK_FOR_INTERRUPTS();
        }
    }
    return true;
}

void Question::require_answer()
{
    (void)wait(DT_NOEND);
    if (state_ == State::answered)
        return;
    const char *state = failure_ ? PQresultErrorField(failure_, PG_DIAG_SQLSTATE) : nullptr;
    bool known = state && strlen(state) == 5;
    ereport(
        ERROR,
        (errcode(known ? MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4]) : ERRCODE_CONNECTION_FAILURE),
         known ? errmsg("upstream reports: %s", error()) : errmsg("could not ask the upstream: %s", error())));
}

PGresult *Question::take_answer(int number)
{
    PGresult *result = number < answer_count_ ? answers_[number] : nullptr;
    if (result)
        answers_[number] = nullptr;
    return result;
}

const char *Question::error() const
{
    const char *primary = failure_ ? PQresultErrorField(failure_, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
    if (primary)
        return pstrdup(primary);
    if (!connection_)
        return has_descriptor_ ? "out of memory" : "no file descriptor is free";
    char *text = pstrdup(PQerrorMessage(connection_));
    for (size_t length = strlen(text); length > 0 && text[length - 1] == '\n';)
        text[--length] = '\0';
    return text;
}

void Question::clear()
{
    for (int i = 0; i < answer_count_; ++i)
        PQclear(answers_[i]);
    PQclear(failure_);
    answer_count_ = 0;
    failure_ = nullptr;
}

void Question::end()
{
    clear();
    PQfinish(connection_);
    if (query_)
        pfree(query_);
    if (has_descriptor_)
        ReleaseExternalFD();
    *this = Question();
}

} // namespace pg_follower::apply
