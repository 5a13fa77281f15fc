// A connection to the upstream, for questions, for replication commands and for the stream.
#pragma once

#include "pg_follower/pg.hpp"

struct WalReceiverConn;

namespace pg_follower::apply {

// Raises ERRCODE_SYNTAX_ERROR unless `conninfo` is a connection string that libpq can read.
void check_conninfo(const char *conninfo);

class Upstream {
  public:
    // Connects as `application_name` and puts the session under the settings that a long stream needs. Raises
    // ERRCODE_CONNECTION_FAILURE. The connection lives until close(), or until the process ends.
    static Upstream connect(const char *conninfo, const char *application_name);
    // The same, but tells in `*error` why it is not open.
    static Upstream try_connect(const char *conninfo, const char *application_name, const char **error);
    Upstream() = default;

    bool is_open() const { return connection_ != nullptr; }
    void close();

    // The connection string as it may be shown: no password, nothing empty or default.
    const char *display_name();
    int server_version(); // such as 150020
    int major_version();  // such as 15
    // Raises ERRCODE_FEATURE_NOT_SUPPORTED for a version that cannot be followed, or may not be.
    void require_version(bool allow_newer);
    // The system identifier; sets the timeline on which the server is.
    const char *identify(TimeLineID &timeline);
    const char *system_identifier();
    // The content of the history file of a timeline that is not the first one.
    const char *timeline_history(TimeLineID timeline);
    // Where its WAL ends: that which it has replayed, where it is `in_recovery`.
    XLogRecPtr wal_end(bool &in_recovery);
    Oid database();
    // Whether the connection leads to this very server, of which it may be another database, or this one.
    bool is_this_server();
    // How many large objects its database holds.
    int64 large_objects();

    struct Failure {
        int sqlstate;
        const char *message;
    };
    // The only value of a query's only row, as text; null if it is null. An error of the upstream is raised here,
    // with its SQLSTATE.
    const char *value(const char *query);
    // As value(), for a row of `count` columns.
    void row(const char *query, int count, const char **values);
    // As row(), but returns the upstream's error; null if there is none.
    const Failure *try_row(const char *query, int count, const char **values);
    // Runs a command that returns nothing.
    void command(const char *text);
    // Runs a command that returns nothing, or tells why it failed: null if it did not.
    const char *try_command(const char *text);

    // Makes the upstream allow the output plugin in this session, where its server keeps a list of those it allows.
    // Raises ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, with the setting as hint, where this role may not do that.
    void allow_plugin();
    // The process that serves this connection.
    int backend_pid();
    // Makes the slot and returns the position from which it has everything.
    XLogRecPtr create_slot(const char *slot);
    // Makes a temporary slot whose position it returns, and a snapshot of what committed before, which others can use
    // as long as the connection is open and does nothing else. Outside of transactions of the upstream.
    XLogRecPtr create_snapshot(const char *slot, const char **snapshot);
    // The same, but where a transaction of the upstream for which it waits does not end in this time, it returns 0.
    XLogRecPtr try_snapshot(const char *slot, const char **snapshot, int milliseconds);
    // Drops the slot, waiting until nobody uses it. A slot that is not there is no error.
    void drop_slot(const char *slot);
    // Turns the connection into a stream from `start` on, before which all is known. An upstream that refuses leaves
    // the connection open for questions, and its error is returned; null if there is none.
    // It sends what it received itself where `origin` is "any", not where it is "none"; and with `open_ones` large
    // transactions while they are open.
    const Failure *try_stream(const char *slot, XLogRecPtr start, const char *origin, bool open_ones);
    // Raises an error of the upstream as one of this server.
    [[noreturn]] static void raise(const Failure &failure);

    // A message of the stream, if there is one already: its length, 0 if there is none yet (then `socket` can be
    // waited for), -1 at the stream's end. The buffer is good until the next call, and the byte after it is a zero.
    int receive(char **buffer, pgsocket *socket);
    void send(const char *data, int length);

  private:
    WalReceiverConn *connection_ = nullptr;
};

} // namespace pg_follower::apply
