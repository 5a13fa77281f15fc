// Streams open transactions, in blocks of changes. See streamed.hpp.
//
// The reorder buffer chooses what it streams: the largest transaction, once all of them together need more memory than
// logical_decoding_work_mem. It hands changes over in the order of WAL. Blocks of several transactions, and whole
// transactions, come in turn, so each transaction that is streamed has a Transaction of its own, in
// output_plugin_private, and a cache of facts of its own: its statements are numbered for itself, because the client
// may see their definitions only at the transaction's commit.
//
// Each message belongs to one subtransaction and says to which. When a subtransaction is rolled back, the client
// forgets what has come since its first message: all of that was made by the subtransaction or by parts of it. For the
// same reason what is known of the transaction goes back to what it was at the subtransaction's first change, and
// statements are defined again, because their definitions may be among what the client forgets.
#include "decode/streamed.hpp"

#include "decode/output.hpp"
#include "decode/rows.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "utils/inval.h"
}

#include <new>

namespace pg_follower::decode {
namespace {

// A subtransaction that has made changes, and what was known when the first one came; null for nothing.
struct Subtransaction {
    TransactionId xid;
    const Remembered *before;
};

} // namespace

struct Streamed {
    FactsCache facts;
    Subtransaction *parts = nullptr; // in the order of their first changes
    int part_count = 0;
    int part_room = 0;
    bool in_change = false;
    int complete = 0; // bytes of the session's buffer that the changes before wrote

    Streamed(MemoryContext memory, const Options &options) : facts(memory, options) {}
};

namespace {

Transaction *transaction_of(const ReorderBufferTXN *txn)
{
    return static_cast<Transaction *>(txn->output_plugin_private);
}

Transaction *make_transaction(Session &session, ReorderBufferTXN *txn)
{
    MemoryContext memory = AllocSetContextCreate(session.context, "pg_follower streamed", ALLOCSET_SMALL_SIZES);
    MemoryContextScope scope(memory);
    auto streamed = new (allocate<Streamed>()) Streamed(memory, session.options);
    auto transaction = new (allocate<Transaction>()) Transaction(memory, memory, &streamed->facts);
    transaction->streamed = streamed;
    transaction->txn = txn;
    transaction->extension_scripts.begin_transaction(txn);
    add_active_cache(&streamed->facts);
    txn->output_plugin_private = transaction;
    return transaction;
}

void forget(Session &session, ReorderBufferTXN *txn)
{
    Transaction *transaction = transaction_of(txn);
    session.transaction = &session.whole;
    remove_active_cache(transaction->facts);
    txn->output_plugin_private = nullptr;
    MemoryContextDelete(transaction->context);
}

bool is_blank(const Remembered &remembered)
{
    return !remembered.held_downstream && !remembered.sources && remembered.left_to_scripts == 0 &&
           !remembered.holding && !remembered.held && !remembered.lost && !remembered.rewritten;
}

// A copy that stays as it is while the original goes on.
Remembered *copy_of(const Remembered &remembered)
{
    if (is_blank(remembered))
        return nullptr;
    auto copy = allocate<Remembered>();
    *copy = remembered;
    copy->held = list_copy(remembered.held);
    copy->rewritten = list_copy(remembered.rewritten);
    copy->lost = NIL;
    for (const LostRows *lost : each<LostRows>(remembered.lost)) {
        auto rows = allocate<LostRows>();
        *rows = *lost;
        copy->lost = lappend(copy->lost, rows);
    }
    return copy;
}

// The place of the subtransaction among the parts; -1 where it has made no change that is still there.
int find_part(const Streamed &streamed, TransactionId xid)
{
    int i = streamed.part_count - 1;
    while (i >= 0 && streamed.parts[i].xid != xid)
        --i;
    return i;
}

void add_part(const Transaction &transaction, TransactionId xid)
{
    Streamed &streamed = *transaction.streamed;
    MemoryContextScope scope(transaction.context);
    if (streamed.part_count == streamed.part_room) {
        streamed.part_room = Max(16, streamed.part_room * 2);
        streamed.parts = streamed.parts ? reallocate(streamed.parts, streamed.part_room)
                                        : allocate<Subtransaction>(streamed.part_room);
    }
    streamed.parts[streamed.part_count++] = {xid, copy_of(transaction)};
}

} // namespace

void begin_block(Session &session, ReorderBufferTXN *txn)
{
    Transaction *transaction = transaction_of(txn);
    if (!transaction)
        transaction = make_transaction(session, txn);
    session.transaction = transaction;
    transaction->part = txn->xid;
    transaction->streamed->in_change = false;
    // Other transactions may have been decoded since its last block, and what they have put into the caches may not be
    // what this one sees.
    if (rbtxn_has_catalog_changes(txn))
        InvalidateSystemCaches();
}

void end_block(Session &session)
{
    Transaction &transaction = *session.transaction;
    Streamed &streamed = *transaction.streamed;
    if (streamed.in_change) {
        // An error has ended the change in hand, which may have left half a record, or a definition half made.
        drop_pending(session, streamed.complete);
        transaction.facts->invalidate_all();
        MemoryContextReset(session.change_context);
        streamed.in_change = false;
    }
    flush(session);
    session.transaction = &session.whole;
}

void begin_change(Session &session, TransactionId xid)
{
    Transaction &transaction = *session.transaction;
    Streamed &streamed = *transaction.streamed;
    if (xid != transaction.part) {
        flush(session);
        transaction.part = xid;
        if (xid != transaction.txn->xid && find_part(streamed, xid) < 0)
            add_part(transaction, xid);
    }
    streamed.complete = session.pending.len;
    streamed.in_change = true;
}

void end_change(Session &session)
{
    session.transaction->streamed->in_change = false;
}

void roll_back(Session &session, ReorderBufferTXN *txn)
{
    ReorderBufferTXN *top = txn->toptxn ? txn->toptxn : txn;
    Transaction *transaction = transaction_of(top);
    // Before its first change there is nothing to take back.
    if (!transaction)
        return;
    session.transaction = &session.whole;
    bool begun = transaction->begun;
    if (txn == top)
        forget(session, top);
    else {
        Streamed &streamed = *transaction->streamed;
        int part = find_part(streamed, txn->xid);
        if (part < 0)
            return;
        MemoryContextScope scope(transaction->context);
        Remembered blank;
        const Remembered *before = streamed.parts[part].before;
        static_cast<Remembered &>(*transaction) = before ? *before : blank;
        streamed.part_count = part;
        transaction->facts->invalidate_all();
        transaction->extension_scripts.rolled_back();
    }
    if (begun) {
        stream_write_abort(pending_message(session), {top->xid, txn->xid});
        flush(session);
    }
}

bool commit_streamed(Session &session, ReorderBufferTXN *txn)
{
    Transaction *transaction = transaction_of(txn);
    if (!transaction)
        return false;
    session.transaction = transaction;
    transaction->part = txn->xid;
    release_output(session);
    write_lost_rows(session);
    flush(session);
    bool begun = transaction->begun;
    forget(session, txn);
    if (begun)
        stream_write(pending_message(session), StreamCommitRecord{{txn->final_lsn, txn->xact_time.commit_time, txn->xid,
                                                                   timeline_of(txn->final_lsn)},
                                                                  txn->end_lsn});
    return begun;
}

} // namespace pg_follower::decode
