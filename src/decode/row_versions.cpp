// Who made and removed catalog rows. See row_versions.hpp.
#include "decode/row_versions.hpp"

#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_class.h"
}

namespace pg_follower::decode {

bool belongs_to(const ReorderBufferTXN *txn, TransactionId xid)
{
    if (txn->xid == xid)
        return true;
    // The server's dlist_foreach does not expand in C++.
    const dlist_node *head = &txn->subtxns.head;
    for (const dlist_node *node = head->next; node && node != head; node = node->next) {
        auto subtransaction = reinterpret_cast<const ReorderBufferTXN *>(reinterpret_cast<const char *>(node) -
                                                                         offsetof(ReorderBufferTXN, node));
        if (subtransaction->xid == xid)
            return true;
    }
    return false;
}

// The slot keeps dead catalog rows that its transactions may need, so all versions of the table's row are still there.
bool made_and_dropped(const ReorderBufferTXN *txn, Oid relid)
{
    for (const auto &version : CatalogScan<FormData_pg_class>(RelationRelationId, ClassOidIndexId,
                                                              {{Anum_pg_class_oid, relid}}, SnapshotAny)) {
        HeapTupleHeader header = version.tuple()->t_data;
        // A lock of the row, which is an xmax, too, removes nothing.
        bool removed = (header->t_infomask & HEAP_XMAX_INVALID) == 0 && !HEAP_XMAX_IS_LOCKED_ONLY(header->t_infomask) &&
                       belongs_to(txn, HeapTupleHeaderGetUpdateXid(header));
        if (!removed || !belongs_to(txn, HeapTupleHeaderGetXmin(header)))
            return false;
    }
    return true;
}

} // namespace pg_follower::decode
