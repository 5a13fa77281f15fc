// Which changes come from the script of an extension.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "access/htup.h"
#include "replication/reorderbuffer.h"
}

namespace pg_follower::decode {

// Watches the transaction at hand for scripts of CREATE EXTENSION and ALTER EXTENSION ... UPDATE. They run downstream
// by themselves, so what they write is not to be sent.
class ExtensionScripts {
  public:
    // What it remembers lives in `context`.
    explicit ExtensionScripts(MemoryContext context) : context_(context) {}
    void begin_transaction(const ReorderBufferTXN *txn);
    // The transaction has run commands about extensions to their end.
    void command_ended();
    // Whether the change at hand was made inside a script.
    bool running();

  private:
    bool is_own(TransactionId xid) const;
    bool is_complete(HeapTuple extension) const;
    template <typename Visit> void visit_own_extensions(Visit visit) const;

    MemoryContext context_;
    const ReorderBufferTXN *txn_ = nullptr;
    List *complete_ = NIL; // of ItemPointer: rows of pg_extension whose script has ended
    CommandId checked_command_ = InvalidCommandId;
    bool running_ = false; // at that command
};

} // namespace pg_follower::decode
