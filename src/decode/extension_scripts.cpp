// Tells what an extension's script writes from what the user writes. See extension_scripts.hpp.
//
// A script runs between two moments that WAL shows: the transaction makes (or, for an update, changes) the row of
// pg_extension before its script, and the event trigger writes its message behind it. So a script is running while the
// transaction has a version of such a row that no message has followed yet. Rows of pg_extension change only together
// with the historic snapshot's command number, so one look for each number is enough.
#include "extension_scripts.hpp"

#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::decode {

void ExtensionScripts::begin_transaction(const ReorderBufferTXN *txn)
{
    txn_ = txn;
    list_free_deep(complete_);
    complete_ = NIL;
    checked_command_ = InvalidCommandId;
    asked_relation_ = InvalidOid;
    running_ = false;
}

// Calls `visit` with each row of pg_extension that the transaction has made.
template <typename Visit> void ExtensionScripts::visit_own_extensions(Visit visit) const
{
    Relation catalog = table_open(ExtensionRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, nullptr, 0, nullptr);
    while (HeapTuple extension = systable_getnext(scan))
        if (is_own(HeapTupleHeaderGetXmin(extension->t_data)))
            visit(extension);
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
}

void ExtensionScripts::command_ended()
{
    MemoryContextScope scope(context_);
    visit_own_extensions([this](HeapTuple extension) {
        auto place = allocate<ItemPointerData>();
        *place = extension->t_self;
        complete_ = lappend(complete_, place);
    });
    checked_command_ = InvalidCommandId;
}

bool ExtensionScripts::running()
{
    if (!rbtxn_has_catalog_changes(txn_))
        return false;
    CommandId command = GetCatalogSnapshot(InvalidOid)->curcid;
    if (command != checked_command_) {
        checked_command_ = command;
        running_ = false;
        visit_own_extensions([this](HeapTuple extension) { running_ |= !is_complete(extension); });
    }
    return running_;
}

bool ExtensionScripts::has_member(Oid relid)
{
    if (asked_relation_ != relid || asked_command_ != checked_command_) {
        asked_relation_ = relid;
        asked_command_ = checked_command_;
        is_member_ = OidIsValid(getExtensionOfObject(RelationRelationId, relid));
    }
    return is_member_;
}

bool ExtensionScripts::is_complete(HeapTuple extension) const
{
    for (ItemPointer place : each<ItemPointerData>(complete_))
        if (ItemPointerEquals(place, &extension->t_self))
            return true;
    return false;
}

// Whether `xid` is the transaction at hand or a part of it.
bool ExtensionScripts::is_own(TransactionId xid) const
{
    if (txn_->xid == xid)
        return true;
    // The server's dlist_foreach does not expand in C++.
    const dlist_node *head = &txn_->subtxns.head;
    for (const dlist_node *node = head->next; node && node != head; node = node->next) {
        auto subtransaction = reinterpret_cast<const ReorderBufferTXN *>(reinterpret_cast<const char *>(node) -
                                                                         offsetof(ReorderBufferTXN, node));
        if (subtransaction->xid == xid)
            return true;
    }
    return false;
}

} // namespace pg_follower::decode
