// Triggers and rules that do not fire for the stream.
//
// What a trigger or rule of the upstream did there is in the stream. So one that is enabled for replicas (ENABLE ALWAYS
// or REPLICA) here in the same way as on the upstream does not fire for what comes from there. One that is enabled in
// another way, or that the upstream does not have, was enabled on this server, and fires. The upstream says which ones
// it has with each statement, as of the row's own time, so nothing has to be kept here, and it does not matter how the
// table came here.
//
// The catalogs stay as they are, so both servers' schemas stay the same.
#pragma once

#include "pg_follower/replica_effects.hpp"

struct ResultRelInfo;

namespace pg_follower::apply {

// A trigger or rule of this server's.
struct Silenced {
    EffectKind kind;
    char enabled;
    Oid oid;
};

// Those of the table that are among the upstream's, as a list of Silenced in the current memory context.
List *silenced_effects(Relation table, const ReplicaEffects &upstream);
bool has_silenced(const List *silenced, EffectKind kind);

// Whether a trigger fires for the stream.
bool fires_for_stream(const Trigger &trigger, const List *silenced);
// Whether any trigger or rule of the table does.
bool has_stream_effects(Relation table, const List *silenced);

// Keeps the triggers from firing in a plan that the executor has started and not run yet.
void silence_triggers(ResultRelInfo *target, const List *silenced);

// Lets this process see triggers or rules of locked tables as disabled, until restore(): for what reads them from the
// relation cache itself, the rewriter and TRUNCATE. The cache may forget this at any time, so the user has to ask
// afterwards if it did, and to call retry_silenced() then.
class SilencedCache {
  public:
    SilencedCache();
    void silence(Relation table, const List *silenced, EffectKind kind);
    // Sets back what is still there; returns whether all of it was.
    bool restore();
    // Whether the whole cache was filled anew.
    bool was_reset() const;

  private:
    struct Entry {
        Oid table;
        const Silenced *effect;
    };
    List *entries_ = nullptr; // of Entry
    uint64 resets_;
};

// Raises ERRCODE_T_R_SERIALIZATION_FAILURE, after which the worker tries the transaction again.
[[noreturn]] void retry_silenced(const char *schema, const char *table);

// Installs what was_reset() needs; called once, when the worker starts.
void install_silenced();

} // namespace pg_follower::apply
