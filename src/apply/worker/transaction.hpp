// From messages of the stream to committed transactions, and how far those have come.
#pragma once

#include "apply/copy/polling.hpp"
#include "apply/execute/ddl.hpp"
#include "apply/state/live.hpp"
#include "pg_follower/sources.hpp"
#include "pg_follower/stream.hpp"
#include "pg_follower/pg.hpp"
#include "apply/state/progress.hpp"
#include "apply/execute/rows.hpp"
#include "apply/state/skipped.hpp"
#include "apply/state/state.hpp"
#include "apply/worker/spool.hpp"

extern "C" {
#include "lib/ilist.h"
#include "replication/origin.h"
}

namespace pg_follower::apply {

// What the upstream is told: everything before these positions has arrived, is durable here, is visible here.
struct Feedback {
    XLogRecPtr received;
    XLogRecPtr flushed;
    XLogRecPtr applied;
    bool operator!=(const Feedback &other) const
    {
        return received != other.received || flushed != other.flushed || applied != other.applied;
    }
};

class Applier {
  public:
    // Shows the state and the figures of `follow` in `live` from here on, which comes before all else.
    void attach(const Follow &follow, Live *live);
    // Prepares the process, whose session is under its settings (session.hpp), to apply for `follow`, from `start` on.
    // Outside of a transaction.
    // The session's origin is `origin`, and what it durably says is `start`.
    void start(const Follow &follow, RepOriginId origin, XLogRecPtr start);
    // The database that is followed.
    void set_source(uint64 system, Oid database);
    // What the upstream tells beside the stream comes to its place between the transactions, once it is asked for.
    void set_polling(Polling *polling) { polling_ = polling; }
    // Whether no transaction is in hand.
    bool is_between() const;
    // Whether the polling may go on now.
    bool may_poll() const { return polling_ && is_between(); }
    // Goes on with that, if none is.
    void poll();
    // The upstream is another database of this server.
    void share_cluster() { ddl_.share_cluster(); }
    // The upstream is newer than this server, so a command may be of a kind that is not known here.
    void expect_newer_commands() { ddl_.expect_newer_commands(); }

    // Applies the records of one message, which reaches up to `end` in the upstream's WAL.
    void message(const char *data, size_t size, XLogRecPtr end);
    // The stream ends, or begins: the upstream sends all that is open once more.
    void forget_open_transactions();
    // A message has come, of whatever kind.
    void heard(TimestampTz now) { figures_.last_message_at = now; }
    // The upstream has nothing more before `end`.
    void keepalive(XLogRecPtr end);
    // Where the stream is to end for now: with the last transaction whose commit begins before `position`; 0 for
    // nowhere.
    void stop_at(XLogRecPtr position);
    // Everything before that has come; pause() commits it.
    bool is_at_stop() const { return at_stop_; }
    // The tables whose rows are still to be copied, a list of OIDs: rows of the stream for them are left out.
    void set_waiting(List *tables);
    // There is nothing more to read for now: commits what is complete, and makes it durable.
    void pause();

    // What may be told to the upstream. A position that no commit of this server has made durable has to be made so
    // first, which costs a flush: that is done at once if the upstream `asked`, else now and then.
    Feedback feedback(bool asked);
    // Milliseconds until feedback() has something to make durable; -1 if there is nothing.
    long milliseconds_to_mark() const;
    // Makes durable how far this process has come. At its end, so that nothing is applied or counted again.
    void settle();
    const Figures &figures() const { return figures_; }
    void set_state(FollowState state);

    // These tell about an error that was raised in here.
    const Position &position() const { return progress_.position; }
    bool applying() const { return applying_; }
    bool applying_ddl() const { return ddl_.applying(); }
    // Of applying_ddl(): see Ddl.
    TransactionId oldest_visible_xid() const { return ddl_.oldest_visible_xid(); }
    // Every transaction that had ended here before the open one began is older than this.
    FullTransactionId next_xid_at_open() const { return next_xid_at_open_; }
    // Up to where transactions and rows were applied together, so that it is not clear which of them has failed; 0
    // where it is clear.
    XLogRecPtr unclear_until() const;
    bool is_started() const { return live_ != nullptr; }

  private:
    void record(Record type, StreamReader &reader);
    bool keep_open_transaction(Record type, StreamReader &reader, const char *message, size_t size);
    void apply_open_transaction(const StreamCommitRecord &record);
    bool commit_ahead(Spool &spool, const StreamCommitRecord &record);
    bool may_apply_ahead() const;
    void keep(const StreamPart &part, const char *message, size_t size);
    Spool *find_spool(TransactionId xid);
    void remove_spool(Spool *spool);
    void skip(Record type, StreamReader &reader);
    void note_skipped(const SkippedStatement &statement);
    void open();
    void begin(const BeginRecord &record);
    void commit(const CommitRecord &record);
    void ddl(const DdlMessage &record);
    void take_sources(const char *sources);
    void tell_followers();
    void note_unsupported(const DdlMessage &record, const char *reason, const char *statement);
    void record_unsupported(const DdlMessage &record, const char *reason, const char *statement);
    void record_missing();
    void record_conflicts();
    void commit_group();
    Figures figures_of_group() const;
    void note_commit(const Figures &figures, XLogRecPtr local_end);
    void give_way(XLogRecPtr commit_lsn);
    void save_figures(const Figures &figures);
    // Of the transaction in hand.
    bool is_single() const { return progress_.position.commit_lsn <= single_until_; }
    // Whether its rows are applied one by one.
    bool applies_singly() const { return is_single() || Conflicts::looks_at_rows(); }
    bool is_past_error(XLogRecPtr applied) const { return error_open_ && applied > error_lsn_; }
    void resolve_error();
    void received(XLogRecPtr end);
    void reach_stop();
    void mark(XLogRecPtr position);
    void show_progress();

    // A commit here, and the upstream position that it reaches. The node comes first, so a node is its Commit.
    struct Commit {
        dlist_node node;
        XLogRecPtr upstream_end;
        XLogRecPtr local_end;
    };

    Progress progress_ = {};
    Rows rows_;
    Ddl ddl_;
    Polling *polling_ = nullptr;
    Spools spools_; // of transactions that are open upstream
    MemoryContext message_context_ = nullptr;
    int32 follow_ = 0;
    NameData follow_name_ = {};
    Live *live_ = nullptr;
    FollowState state_ = FollowState::starting;
    Figures figures_ = {}; // of what is committed
    Figures base_ = {};    // when this process started
    TimestampTz saved_at_ = 0;
    XLogRecPtr single_until_ = 0; // up to here, transactions and their rows are applied one by one
    XLogRecPtr skip_lsn_ = 0;     // the transaction that commits there is left out
    bool error_open_ = false;     // the follow's last error is not over
    XLogRecPtr error_lsn_ = 0;    // the upstream's commit at which it was raised

    XLogRecPtr stop_at_ = 0;
    bool at_stop_ = false;
    bool tables_wait_ = false; // some tables are still to be copied
    bool caught_up_ = false;   // the last message said that there was nothing more
    bool applying_ = false;    // inside message()
    bool in_upstream_ = false; // between an upstream transaction's begin and commit
    bool changed_ = false;     // it has changed something here
    bool skipping_ = false;    // it is left out
    int32 skipped_ = 0;        // statements of it
    bool has_ddl_ = false;     // some of it was DDL
    TimestampTz commit_time_ = 0;
    TimestampTz in_hand_since_ = 0; // when the oldest transaction that is not committed here committed upstream
    Source source_ = {};            // the upstream transaction's commit
    char *sources_ = nullptr;       // where the changes that come were committed before that; null where nowhere
    bool told_ = false;             // followers of this database know by now where they come from
    uint64 asked_in_ = 0;      // number of the downstream transaction in which it was asked whether anybody follows
    bool is_followed_ = false; // and the answer
    uint64 number_ = 0;        // of the downstream transaction; a new one for each
    int grouped_ = 0;          // complete upstream transactions in the open downstream one
    size_t group_bytes_ = 0;
    int64 executions_before_ = 0; // that the group began with
    TimestampTz group_started_at_ = 0;
    FullTransactionId next_xid_at_open_ = {};
    XLogRecPtr group_end_ = 0; // of the last complete one
    TimestampTz group_time_ = 0;
    int64 transactions_ = 0;

    dlist_head commits_; // not yet durable
    XLogRecPtr received_ = 0;
    XLogRecPtr applied_ = 0;
    XLogRecPtr durable_ = 0; // what committed upstream before it is durable here, or needed nothing here
    XLogRecPtr marked_ = 0;  // what the origin durably says; the upstream never hears of more
    RepOriginId origin_ = InvalidRepOriginId;
    TimestampTz marked_at_ = 0;
};

} // namespace pg_follower::apply
