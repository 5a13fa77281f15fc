// Which changes come from the script of an extension.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "access/htup.h"
#include "replication/reorderbuffer.h"
}

namespace pg_follower::decode {

// Watches the transaction at hand for scripts of CREATE EXTENSION and ALTER EXTENSION ... UPDATE. The downstream runs
// them by itself, so what they write to the tables of extensions is not to be sent. What is written meanwhile to other
// tables is sent, whoever writes it: event triggers and triggers, which do not fire downstream, and the scripts
// themselves, whose writes to such tables the downstream leaves out (apply/execute/script_rows.hpp). Both sides ask
// whether a table belongs to an extension at the moment of the write.
class ExtensionScripts {
  public:
    // What it remembers lives in `context`.
    explicit ExtensionScripts(MemoryContext context) : context_(context) {}
    void begin_transaction(const ReorderBufferTXN *txn);
    // A part of the transaction was rolled back, so what the catalogs show may have changed.
    void rolled_back();
    // The transaction has run commands about extensions to their end.
    void command_ended();
    // Whether the change at hand was made while a script ran.
    bool running();
    // Whether the relation belongs to an extension at the change at hand, which was made while a script ran. No
    // invalidation tells when a script takes a table into its extension, or out of it.
    bool has_member(Oid relid);

  private:
    bool is_own(HeapTuple extension) const;
    bool is_complete(HeapTuple extension) const;
    bool has_incomplete() const;

    MemoryContext context_;
    const ReorderBufferTXN *txn_ = nullptr;
    List *complete_ = NIL; // of ItemPointer: rows of pg_extension whose script has ended
    CommandId checked_command_ = InvalidCommandId;
    bool running_ = false; // at that command
    Oid asked_relation_ = InvalidOid;
    CommandId asked_command_ = InvalidCommandId;
    bool is_member_ = false; // the relation at that command
};

} // namespace pg_follower::decode
