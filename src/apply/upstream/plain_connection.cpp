// Ordinary connections over libpq. See plain_connection.hpp.
#include "apply/upstream/plain_connection.hpp"

#include "pg_follower/memory.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "libpq-fe.h"
#include "mb/pg_wchar.h"
#include "storage/fd.h"
#include "storage/latch.h"
#include "utils/wait_event.h"
}

namespace pg_follower::apply {
namespace {

// What a long session needs beside the fixed settings. What an older server does not know is left out there.
struct SessionSetting {
    int since; // server version
    const char *name;
    const char *value;
};

constexpr SessionSetting session_settings[] = {
    {0, "statement_timeout", "0"},
    {0, "lock_timeout", "0"},
    {0, "idle_in_transaction_session_timeout", "0"},
    {140000, "idle_session_timeout", "0"},
    {170000, "transaction_timeout", "0"},
    // A policy that would hide rows is an error.
    {0, "row_security", "off"},
    {0, "tcp_keepalives_idle", "30"},
    {0, "tcp_keepalives_interval", "10"},
    {0, "tcp_keepalives_count", "6"},
};

const char *settings_text(int server_version)
{
    SqlWriter text;
    for (const FixedSetting &setting : fixed_settings)
        text.text("SET ").text(setting.name).text(" = ").literal(setting.value).text("; ");
    for (const SessionSetting &setting : session_settings)
        if (server_version >= setting.since)
            text.text("SET ").text(setting.name).text(" = ").literal(setting.value).text("; ");
    return text.c_str();
}

// A text of libpq's without the line end.
const char *without_line_end(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '\n')
        --length;
    return pnstrdup(text, length);
}

// An error that has no SQLSTATE is libpq's own, about the connection.
int sqlstate_of(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state ? MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4]) : ERRCODE_CONNECTION_FAILURE;
}

void ignore_notice(void *, const PGresult *) {}

} // namespace

// Waits until the socket is ready for `event`.
void PlainConnection::wait(uint32 event)
{
    for (;;) {
        int events = WaitLatchOrSocket(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | event, PQsocket(connection_), 0,
                                       PG_WAIT_EXTENSION);
        if (events & WL_LATCH_SET) {
            ResetLatch(MyLatch);
            CHECK_FOR_INTERRUPTS();
        }
        if (events & event)
            return;
    }
}

void PlainConnection::open(const char *conninfo, const char *application_name)
{
    // What comes behind "dbname" counts more than what the connection string says, and what comes before it less.
    const char *const keywords[] = {"keepalives_idle",  "keepalives_interval", "keepalives_count", "dbname",
                                    "application_name", "client_encoding",     "replication",      nullptr};
    const char *const values[] = {"30", "10", "6", conninfo, application_name, GetDatabaseEncodingName(), "", nullptr};
    if (!AcquireExternalFD())
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_RESOURCES), errmsg("could not connect to the upstream"),
                        errdetail("There are too many open files on this server.")));
    connection_ = PQconnectStartParams(keywords, values, 1);
    if (!connection_) {
        ReleaseExternalFD();
        ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
    }
    PostgresPollingStatusType status =
        PQstatus(connection_) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED)
            ereport(ERROR,
                    (errcode(ERRCODE_CONNECTION_FAILURE),
                     errmsg("could not connect to the upstream: %s", without_line_end(PQerrorMessage(connection_)))));
        wait(status == PGRES_POLLING_READING ? WL_SOCKET_READABLE : WL_SOCKET_WRITEABLE);
        status = PQconnectPoll(connection_);
    }
    PQsetNoticeReceiver(connection_, ignore_notice, nullptr);
    ask(settings_text(PQserverVersion(connection_)));
}

int PlainConnection::server_major_version() const
{
    return PQserverVersion(connection_) / 10000;
}

void PlainConnection::close()
{
    if (!connection_)
        return;
    PQfreemem(piece_);
    piece_ = nullptr;
    PQclear(failure_);
    failure_ = nullptr;
    PQfinish(connection_);
    connection_ = nullptr;
    ReleaseExternalFD();
}

// Raises the error of a result, which it frees; without a result, or without an error in it, that of the connection.
void PlainConnection::raise(PGresult *result)
{
    int sqlstate = sqlstate_of(result);
    auto field = [&](int code) -> const char * {
        const char *text = PQresultErrorField(result, code);
        return text ? pstrdup(text) : nullptr;
    };
    const char *message = field(PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = field(PG_DIAG_MESSAGE_DETAIL);
    const char *hint = field(PG_DIAG_MESSAGE_HINT);
    if (!message)
        message = without_line_end(PQerrorMessage(connection_));
    PQclear(result);
    ereport(ERROR, (errcode(sqlstate), errmsg("upstream reports: %s", message),
                    detail ? errdetail_internal("%s", detail) : 0, hint ? errhint("%s", hint) : 0));
    pg_unreachable();
}

// The next result of the commands that were sent; null when there is none left.
PGresult *PlainConnection::next_result()
{
    while (PQisBusy(connection_)) {
        wait(WL_SOCKET_READABLE);
        if (!PQconsumeInput(connection_))
            raise(nullptr);
    }
    return PQgetResult(connection_);
}

int PlainConnection::try_ask(const char *commands, Answer &answer)
{
    PQclear(failure_);
    failure_ = nullptr;
    if (!PQsendQuery(connection_, commands))
        raise(nullptr);
    answer = {};
    while (PGresult *result = next_result()) {
        switch (PQresultStatus(result)) {
        case PGRES_COMMAND_OK:
            break;
        case PGRES_TUPLES_OK:
            answer.rows = PQntuples(result);
            answer.columns = PQnfields(result);
            answer.values = allocate<const char *>(static_cast<size_t>(answer.rows) * answer.columns);
            for (int i = 0; i < answer.rows * answer.columns; ++i) {
                int row = i / answer.columns, column = i % answer.columns;
                answer.values[i] =
                    PQgetisnull(result, row, column) ? nullptr : pstrdup(PQgetvalue(result, row, column));
            }
            break;
        default:
            // The connection can be used again when it has told all.
            PQclear(failure_);
            failure_ = result;
            continue;
        }
        PQclear(result);
    }
    return failure_ ? sqlstate_of(failure_) : 0;
}

const char *PlainConnection::failure_message() const
{
    return pstrdup(PQresultErrorField(failure_, PG_DIAG_MESSAGE_PRIMARY));
}

void PlainConnection::raise_failure()
{
    PGresult *failure = failure_;
    failure_ = nullptr;
    raise(failure);
}

Answer PlainConnection::ask(const char *commands)
{
    Answer answer;
    if (try_ask(commands, answer) != 0)
        raise_failure();
    return answer;
}

void PlainConnection::start_copy(const char *command)
{
    if (!PQsendQuery(connection_, command))
        raise(nullptr);
    PGresult *result = next_result();
    if (PQresultStatus(result) != PGRES_COPY_OUT)
        raise(result);
    PQclear(result);
}

int PlainConnection::copy_data_at_hand(const char **data)
{
    PQfreemem(piece_);
    piece_ = nullptr;
    int length = PQgetCopyData(connection_, &piece_, 1);
    *data = piece_;
    if (length > 0)
        return length;
    if (length == 0)
        return -1;
    // The COPY has ended, or failed.
    while (PGresult *result = next_result()) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            raise(result);
        PQclear(result);
    }
    if (length == -2)
        raise(nullptr);
    return 0;
}

int PlainConnection::copy_data(const char **data)
{
    for (;;) {
        int length = copy_data_at_hand(data);
        if (length >= 0)
            return length;
        wait(WL_SOCKET_READABLE);
        if (!PQconsumeInput(connection_))
            raise(nullptr);
    }
}

} // namespace pg_follower::apply
