// The connection to the upstream, over the server's own libpqwalreceiver.
//
// libpqwalreceiver's calls for slots and streams always ask for pgoutput, so here everything but the connection itself
// is text sent by walrcv_exec: START_REPLICATION answers it with copy-both mode. All values are read as text. Every
// wait inside libpqwalreceiver serves interrupts, so a cancelled start_follow does not hang.
#include "apply/upstream/upstream.hpp"

#include "pg_follower/compat.hpp"
#include "pg_follower/compat_stream.hpp"
#include "pg_follower/sources.hpp"
#include "pg_follower/stream.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "executor/tuptable.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"
}

namespace pg_follower::apply {
namespace {

void load_walreceiver()
{
    if (!WalReceiverFunctions)
        load_file("libpqwalreceiver", false);
}

// The text of an error as libpq gives it, without the severity and the line ends.
const char *clean(const char *error)
{
    if (!error)
        return "no message";
    for (const char *prefix : {"ERROR:  ", "FATAL:  "})
        if (strncmp(error, prefix, strlen(prefix)) == 0)
            error += strlen(prefix);
    return error;
}

// Whether a text has a word, outside double quotes.
bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != nullptr; ++at) {
        bool begins = at == text || (!isalnum(static_cast<unsigned char>(at[-1])) && !strchr("_\"'", at[-1]));
        bool ends = !isalnum(static_cast<unsigned char>(at[length])) && !strchr("_\"'", at[length] ? at[length] : ' ');
        if (begins && ends)
            return true;
    }
    return false;
}

// The upstream's encoding, where the upstream refused the connection because it cannot convert it to this database's;
// otherwise null. The reason comes as text in the upstream's language, but names of encodings are not translated.
const char *unconvertible_encoding(const char *failure)
{
    if (!has_word(failure, GetDatabaseEncodingName()))
        return nullptr;
    for (int encoding = 0; encoding < _PG_LAST_ENCODING_; ++encoding)
        if (encoding != GetDatabaseEncoding() && has_word(failure, pg_encoding_to_char(encoding)))
            return pg_encoding_to_char(encoding);
    return nullptr;
}

// What to do about a connection that the upstream has refused for this reason.
struct Advice {
    const char *sign; // a part of the reason
    const char *hint;
};

constexpr const char *replication_attribute =
    "Give the role of the connection the attribute: ALTER ROLE ... REPLICATION.";

// The first line that fits counts. The reasons come as text in the upstream's language; names of files and settings are
// in all of them. Where libpq itself could not connect, its text says all that is known.
constexpr Advice connection_advice[] = {
    {"startup parameter: replication",
     "The connection leads to a pooler, such as PgBouncer, which knows no replication. It has to lead to the server "
     "itself."},
    {"pg_hba.conf", "pg_hba.conf of the upstream must let the role connect to the database from this server."},
    {"max_wal_senders", "Raise max_wal_senders on the upstream (it needs a restart)."},
    {"superuser or replication role", replication_attribute},
    {"WAL sender", replication_attribute},
};

// The hint for a failure to connect; null where there is none.
const char *advice_for(const char *failure)
{
    for (const Advice &advice : connection_advice)
        if (failure && strstr(failure, advice.sign))
            return advice.hint;
    return nullptr;
}

// The error that a result holds, which goes.
Upstream::Failure *take_failure(WalRcvExecResult *result)
{
    auto failure = allocate<Upstream::Failure>(1);
    *failure = {result->sqlstate, pstrdup(clean(result->err))};
    walrcv_clear_result(result);
    return failure;
}

[[noreturn]] void raise_failure(const WalRcvExecResult *result)
{
    Upstream::raise({result->sqlstate, clean(result->err)});
}

} // namespace

void Upstream::raise(const Failure &failure)
{
    // A role that may not see the setting learns only by the server's refusal that the plugin is not allowed.
    if (strstr(failure.message, "output_plugin_libraries"))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("upstream does not allow the output plugin \"%s\"", plugin_name),
                        errdetail("The upstream reports: %s", failure.message),
                        errhint("Add %s to the setting on the upstream, as in output_plugin_libraries = 'pgoutput, "
                                "test_decoding, %s', and reload its configuration.",
                                plugin_name, plugin_name)));
    ereport(ERROR, (errcode(failure.sqlstate ? failure.sqlstate : ERRCODE_CONNECTION_FAILURE),
                    errmsg("upstream reports: %s", failure.message)));
    pg_unreachable();
}

void check_conninfo(const char *conninfo)
{
    load_walreceiver();
    check_conninfo_syntax(conninfo);
}

Upstream Upstream::try_connect(const char *conninfo, const char *application_name, const char **error)
{
    load_walreceiver();
    // Dead peers are found by TCP: neither side answers while it works on something long. (An upstream that lives and
    // does not answer is found by the protocol, see watch.hpp.) What the user's own string says comes later, and so
    // wins.
    const char *options = "keepalives_idle=30 keepalives_interval=10 keepalives_count=6 ";
    bool uri = strncmp(conninfo, "postgres://", 11) == 0 || strncmp(conninfo, "postgresql://", 13) == 0;
    const char *full = uri ? conninfo : psprintf("%s%s", options, conninfo);

    Upstream upstream;
    char *failure = nullptr;
    {
        MemoryContextScope lasting(TopMemoryContext);
        upstream.connection_ = connect_to_upstream(full, application_name, &failure);
    }
    *error = failure;
    // While this server runs a long statement it does not answer; the upstream must not take it for dead.
    for (const char *setting :
         {"SET wal_sender_timeout = 0", "SET tcp_keepalives_idle = 30", "SET tcp_keepalives_interval = 10",
          "SET tcp_keepalives_count = 6", "SET statement_timeout = 0", "SET lock_timeout = 0"}) {
        if (!upstream.is_open())
            break;
        *error = upstream.try_command(setting);
        if (*error)
            upstream.close();
    }
    if (upstream.is_open() && upstream.server_version() >= 170000) {
        *error = upstream.try_command("SET transaction_timeout = 0");
        if (*error)
            upstream.close();
    }
    return upstream;
}

Upstream Upstream::connect(const char *conninfo, const char *application_name)
{
    const char *error;
    Upstream upstream = try_connect(conninfo, application_name, &error);
    if (upstream.is_open())
        return upstream;
    if (const char *encoding = unconvertible_encoding(clean(error)))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("cannot follow a database with encoding %s into one with encoding %s", encoding,
                               GetDatabaseEncodingName()),
                        errdetail_internal("%s", clean(error)),
                        errhint("Follow into a database with encoding %s or UTF8.", encoding)));
    const char *hint = advice_for(error);
    ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE), errmsg("could not connect to the upstream: %s", clean(error)),
                    hint ? errhint("%s", hint) : 0));
    pg_unreachable();
}

void Upstream::close()
{
    if (connection_)
        walrcv_disconnect(connection_);
    connection_ = nullptr;
}

const char *Upstream::display_name()
{
    const char *host = nullptr;
    char *sender_host = nullptr;
    int port = 0;
    walrcv_get_senderinfo(connection_, &sender_host, &port);
    host = sender_host ? sender_host : "localhost";
    const char *names[2];
    row("SELECT pg_catalog.current_database(), current_user", 2, names);
    return psprintf("host=%s port=%d dbname=%s user=%s", host, port, names[0], names[1]);
}

int Upstream::server_version()
{
    return walrcv_server_version(connection_);
}

int Upstream::major_version()
{
    return server_version() / 10000;
}

void Upstream::require_version(bool allow_newer)
{
    int major = major_version();
    if (major > server_major_version && !allow_newer)
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("cannot follow a server of a newer version"),
                 errdetail("The upstream is PostgreSQL %d, this server is PostgreSQL %d.", major, server_major_version),
                 errhint("With allow_newer => true it can be followed, but for commands that this version does "
                         "not know.")));
    if (major < 15)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("cannot follow PostgreSQL %d", major),
                        errdetail("The oldest version that can be followed is 15.")));
}

const char *Upstream::identify(TimeLineID &timeline)
{
    return walrcv_identify_system(connection_, &timeline);
}

const char *Upstream::system_identifier()
{
    TimeLineID timeline;
    return identify(timeline);
}

const char *Upstream::timeline_history(TimeLineID timeline)
{
    char *file;
    char *content;
    int size;
    walrcv_readtimelinehistoryfile(connection_, timeline, &file, &content, &size);
    return pnstrdup(content, size);
}

XLogRecPtr Upstream::wal_end(bool &in_recovery)
{
    const char *values[2];
    row("SELECT r.is_standby::pg_catalog.text, (CASE WHEN r.is_standby THEN pg_catalog.pg_last_wal_replay_lsn()"
        " ELSE pg_catalog.pg_current_wal_insert_lsn() END)::pg_catalog.text"
        " FROM pg_catalog.pg_is_in_recovery() AS r (is_standby)",
        2, values);
    in_recovery = strcmp(values[0], "true") == 0;
    return DatumGetLSN(DirectFunctionCall1(pg_lsn_in, CStringGetDatum(values[1])));
}

Oid Upstream::database()
{
    return static_cast<Oid>(strtoul(value("SELECT oid::pg_catalog.text FROM pg_catalog.pg_database WHERE datname"
                                          " OPERATOR(pg_catalog.=) pg_catalog.current_database()"),
                                    nullptr, 10));
}

bool Upstream::is_this_server()
{
    constexpr int64 epoch_difference =
        static_cast<int64>(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY * USECS_PER_SEC;
    char own_system[32];
    snprintf(own_system, sizeof(own_system), UINT64_FORMAT, GetSystemIdentifier());
    char own_start[32];
    snprintf(own_start, sizeof(own_start), INT64_FORMAT, static_cast<int64>(PgStartTime) + epoch_difference);
    // A copy of a server has the same system identifier, so more is compared.
    return strcmp(system_identifier(), own_system) == 0 &&
           strcmp(value("SELECT (EXTRACT(epoch FROM pg_catalog.pg_postmaster_start_time()) OPERATOR(pg_catalog.*) "
                        "1000000)::pg_catalog.int8::pg_catalog.text"),
                  own_start) == 0;
}

int64 Upstream::large_objects()
{
    return strtoll(value("SELECT pg_catalog.count(*)::pg_catalog.text FROM pg_catalog.pg_largeobject_metadata"),
                   nullptr, 10);
}

void Upstream::row(const char *query, int count, const char **values)
{
    if (const Failure *failure = try_row(query, count, values))
        raise(*failure);
}

const Upstream::Failure *Upstream::try_row(const char *query, int count, const char **values)
{
    Oid types[16];
    Assert(count <= (int)lengthof(types));
    for (Oid &type : types)
        type = TEXTOID;
    WalRcvExecResult *result = walrcv_exec(connection_, query, count, types);
    if (result->status != WALRCV_OK_TUPLES)
        return take_failure(result);
    for (int i = 0; i < count; ++i)
        values[i] = nullptr;
    TupleTableSlot *slot = MakeSingleTupleTableSlot(result->tupledesc, &TTSOpsMinimalTuple);
    if (tuplestore_gettupleslot(result->tuplestore, true, false, slot))
        for (int i = 0; i < count; ++i) {
            bool null;
            Datum value = slot_getattr(slot, i + 1, &null);
            if (!null)
                values[i] = text_to_cstring(DatumGetTextPP(value));
        }
    ExecDropSingleTupleTableSlot(slot);
    walrcv_clear_result(result);
    return nullptr;
}

const char *Upstream::value(const char *query)
{
    const char *value;
    row(query, 1, &value);
    return value;
}

const char *Upstream::try_command(const char *text)
{
    WalRcvExecResult *result = walrcv_exec(connection_, text, 0, nullptr);
    const char *failure = result->status == WALRCV_OK_COMMAND ? nullptr : pstrdup(clean(result->err));
    walrcv_clear_result(result);
    return failure;
}

void Upstream::command(const char *text)
{
    WalRcvExecResult *result = walrcv_exec(connection_, text, 0, nullptr);
    if (result->status != WALRCV_OK_COMMAND)
        raise_failure(result);
    walrcv_clear_result(result);
}

void Upstream::allow_plugin()
{
    // The setting is null on servers that keep no such list.
    const char *allowed = value("SELECT CASE WHEN 'pg_follower' OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array("
                                "pg_catalog.translate(setting, ' \"', ''), ',')) THEN '' ELSE setting END "
                                "FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) "
                                "'output_plugin_libraries'");
    if (!allowed || !*allowed)
        return;
    SqlWriter setting;
    setting.format("SET output_plugin_libraries = %s, %s", allowed, plugin_name);
    const char *failure = try_command(setting.c_str());
    if (failure)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("upstream does not allow the output plugin \"%s\"", plugin_name),
                        errdetail("The role that follows may not allow it for itself: %s", failure),
                        errhint("Set output_plugin_libraries = '%s, %s' on the upstream and reload its configuration.",
                                allowed, plugin_name)));
}

int Upstream::backend_pid()
{
    return static_cast<int>(walrcv_get_backend_pid(connection_));
}

XLogRecPtr Upstream::create_slot(const char *slot)
{
    SqlWriter text;
    text.text("CREATE_REPLICATION_SLOT ").name(slot).format(" LOGICAL %s ", plugin_name);
    text.text("(SNAPSHOT 'nothing')");
    const char *values[4];
    row(text.c_str(), 4, values);
    return DatumGetLSN(DirectFunctionCall1(pg_lsn_in, CStringGetDatum(values[1])));
}

XLogRecPtr Upstream::create_snapshot(const char *slot, const char **snapshot)
{
    XLogRecPtr position = try_snapshot(slot, snapshot, 0);
    Assert(position != 0);
    return position;
}

XLogRecPtr Upstream::try_snapshot(const char *slot, const char **snapshot, int milliseconds)
{
    command(psprintf("SET lock_timeout = %d", milliseconds));
    SqlWriter text;
    text.text("CREATE_REPLICATION_SLOT ").name(slot).format(" TEMPORARY LOGICAL %s (SNAPSHOT 'export')", plugin_name);
    const char *values[4];
    if (const Failure *failure = try_row(text.c_str(), 4, values)) {
        if (milliseconds == 0 || failure->sqlstate != ERRCODE_LOCK_NOT_AVAILABLE)
            raise(*failure);
        return 0;
    }
    *snapshot = values[2];
    return DatumGetLSN(DirectFunctionCall1(pg_lsn_in, CStringGetDatum(values[1])));
}

void Upstream::drop_slot(const char *slot)
{
    SqlWriter text;
    text.text("SELECT 1 FROM pg_catalog.pg_replication_slots WHERE slot_name OPERATOR(pg_catalog.=) ").literal(slot);
    if (!value(text.c_str()))
        return;
    text.clear();
    text.text("DROP_REPLICATION_SLOT ").name(slot).text(" WAIT");
    command(text.c_str());
}

const Upstream::Failure *Upstream::try_stream(const char *slot, XLogRecPtr start, const char *origin, bool open_ones)
{
    SqlWriter text;
    if (open_ones) {
        text.format("SET logical_decoding_work_mem = %d", settings.stream_threshold);
        command(text.c_str());
        text.clear();
    }
    text.text("START_REPLICATION SLOT ").name(slot);
    text.format(" LOGICAL %X/%X (\"format\" 'statements', \"version\" '%d', \"confirmed\" '%X/%X'", PGF_LSN(start),
                stream_version, PGF_LSN(start));
    text.format(", \"origin\" '%s', \"downstream\" '%s'", origin, describe_this_database());
    text.format(", \"downstream-version\" '%d'", server_major_version);
    if (open_ones)
        text.text(", \"streaming\" 'on'");
    text.text(", \"skip-extension-tables\" ").literal(settings.skip_extension_tables).text(")");
    WalRcvExecResult *result = walrcv_exec(connection_, text.c_str(), 0, nullptr);
    if (result->status != WALRCV_OK_COPY_BOTH)
        return take_failure(result);
    walrcv_clear_result(result);
    return nullptr;
}

int Upstream::receive(char **buffer, pgsocket *socket)
{
    return walrcv_receive(connection_, buffer, socket);
}

void Upstream::send(const char *data, int length)
{
    walrcv_send(connection_, data, length);
}

} // namespace pg_follower::apply
