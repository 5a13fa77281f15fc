// Tells what an extension's script writes from what the user writes. See extension_scripts.hpp.
//
// A script runs between two moments that WAL shows: the transaction makes (or, for an update, changes) the row of
// pg_extension before its script, and the event trigger writes its message behind it. So a script is running while the
// transaction has a version of such a row that no message has followed yet. Rows of pg_extension change only together
// with the historic snapshot's command number, so one look for each number is enough.
#include "decode/extension_scripts.hpp"

#include "decode/row_versions.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
}

namespace pg_follower::decode {

void ExtensionScripts::begin_transaction(const ReorderBufferTXN *txn)
{
    txn_ = txn;
    list_free_deep(complete_);
    complete_ = NIL;
    rolled_back();
}

void ExtensionScripts::rolled_back()
{
    checked_command_ = InvalidCommandId;
    asked_relation_ = InvalidOid;
    running_ = false;
}

void ExtensionScripts::command_ended()
{
    MemoryContextScope scope(context_);
    for (const auto &extension : CatalogScan<FormData_pg_extension>(ExtensionRelationId, InvalidOid, {}))
        if (is_own(extension.tuple())) {
            auto place = allocate<ItemPointerData>();
            *place = extension.tuple()->t_self;
            complete_ = lappend(complete_, place);
        }
    checked_command_ = InvalidCommandId;
}

bool ExtensionScripts::running()
{
    if (!rbtxn_has_catalog_changes(txn_))
        return false;
    CommandId command = GetCatalogSnapshot(InvalidOid)->curcid;
    if (command != checked_command_) {
        checked_command_ = command;
        running_ = has_incomplete();
    }
    return running_;
}

// Whether the transaction has made a row of pg_extension whose script has not ended.
bool ExtensionScripts::has_incomplete() const
{
    for (const auto &extension : CatalogScan<FormData_pg_extension>(ExtensionRelationId, InvalidOid, {}))
        if (is_own(extension.tuple()) && !is_complete(extension.tuple()))
            return true;
    return false;
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

// Whether the row was made by the transaction at hand or a part of it.
bool ExtensionScripts::is_own(HeapTuple extension) const
{
    return belongs_to(txn_, HeapTupleHeaderGetXmin(extension->t_data));
}

} // namespace pg_follower::decode
