// A decoding session: what the callbacks share from startup to shutdown.
#pragma once

#include "decode/extension_scripts.hpp"
#include "decode/options.hpp"
#include "decode/relation_facts.hpp"

extern "C" {
#include "replication/logical.h"
#include "replication/output_plugin.h"
}

namespace pg_follower::decode {

struct Streamed;

// Rows of a relation, in the transaction at hand, that could not follow.
struct LostRows {
    char *object; // "table schema.name"
    uint64 updates;
    uint64 deletes;
};

// What is known of a transaction from the changes that have come. What a subtransaction added to it is forgotten where
// that is rolled back.
struct Remembered {
    bool held_downstream = false;  // the client holds the changes that come, which are left out
    const char *sources = nullptr; // of the changes that come, where that has not been written yet
    uint64 left_to_scripts = 0; // changes of extensions' tables, since the last DDL, that a script seems to have made
    bool holding = false;       // messages are held back: see hold_output
    List *held = NIL;           // of StringInfo: messages that are held back
    List *lost = NIL;           // of LostRows
    List *rewritten = NIL;      // of OIDs: tables whose new contents arrive as rows of their new heap
};

// A transaction whose changes arrive: all at its commit, or, where it is streamed, in blocks while it is open.
struct Transaction : Remembered {
    MemoryContext context; // reset, or gone, when the transaction ends
    FactsCache *facts;     // a streamed transaction has its own: statements that it defines are its own
    ExtensionScripts extension_scripts;
    Streamed *streamed = nullptr; // null where it is not
    ReorderBufferTXN *txn = nullptr;
    TransactionId part = InvalidTransactionId; // where it is streamed: the subtransaction of the change at hand
    bool begun = false;                        // something of it has been written
    uint64 last_message_number = 0;            // see decode_ddl
    const char *role = nullptr;                // form sql: the role that SET LOCAL ROLE put in force

    // `lasting` is where what is known of extensions' scripts lives, until the next transaction begins.
    Transaction(MemoryContext memory, MemoryContext lasting, FactsCache *cache)
        : context(memory), facts(cache), extension_scripts(lasting)
    {
    }
    // Forgets the transaction before, and begins another one in its place.
    void begin(ReorderBufferTXN *next);
};

struct Session {
    LogicalDecodingContext *ctx;
    Options options;
    MemoryContext context;         // of the session
    MemoryContext change_context;  // reset after each change
    FactsCache facts;              // for transactions that are not streamed
    Transaction whole;             // the one of these that is at hand
    Transaction *transaction;      // the one at hand, of either kind
    bool converts = false;         // values have to be converted to the client's encoding
    bool prologue_written = false; // form sql
    StringInfoData pending;        // form statements: records that are not written yet
    StringInfoData scratch;        // for values that are converted
    int silent_changes = 0;        // changes since the client last heard of us
    int guc_level = 0;             // of the fixed settings, or 0 where they last
    List *made_roles = NIL;        // form sql: names of the roles whose creation has been written
    List *warned = NIL;            // of OIDs: relations whose lost rows have been reported to the log

    Session(LogicalDecodingContext *ctx, MemoryContext context);
};

inline Session &session_of(LogicalDecodingContext *ctx)
{
    return *static_cast<Session *>(ctx->output_plugin_private);
}

// The facts about `relation` at the change at hand.
RelationFacts &facts_of(Session &session, Relation relation);

} // namespace pg_follower::decode
