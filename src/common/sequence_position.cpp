// Reads the row of a sequence as nextval() does: from its only page, under the page's lock, because nextval() and
// setval() change the row in place. See sequence_position.hpp.
#include "pg_follower/sequence_position.hpp"

extern "C" {
#include "access/htup_details.h"
#include "commands/sequence.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
}

namespace pg_follower {

SequencePosition read_sequence(Relation sequence)
{
    Buffer buffer = ReadBuffer(sequence, 0);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    Page page = BufferGetPage(buffer);
    if (PageGetMaxOffsetNumber(page) < FirstOffsetNumber)
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                        errmsg("sequence \"%s\" has no row", RelationGetRelationName(sequence))));
    auto header = reinterpret_cast<HeapTupleHeader>(PageGetItem(page, PageGetItemId(page, FirstOffsetNumber)));
    auto row = reinterpret_cast<Form_pg_sequence_data>(reinterpret_cast<char *>(header) + header->t_hoff);
    SequencePosition position = {row->last_value, row->is_called};
    UnlockReleaseBuffer(buffer);
    return position;
}

} // namespace pg_follower
