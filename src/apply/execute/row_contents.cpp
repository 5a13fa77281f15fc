// A hash table of what rows hold. See row_contents.hpp.
#include "apply/execute/row_contents.hpp"

#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "utils/datum.h"
}

namespace pg_follower::apply {

void RowContents::start(RowEquality *equality, MemoryContext context)
{
    equality_ = equality;
    context_ = context;
}

RowContent *RowContents::find(const ColumnValues &row, uint64 quick_hash)
{
    if (bucket_count_ == 0)
        return nullptr;
    bool hashed = false;
    uint64 full_hash = 0;
    for (RowContent *content = buckets_[quick_hash & (bucket_count_ - 1)]; content; content = content->next_in_bucket) {
        if (content->quick_hash != quick_hash)
            continue;
        // Many large values may have the same quick hash, so the other one is made before any comparison.
        if (!hashed)
            full_hash = equality_->full_hash(row);
        hashed = true;
        if (content->full_hash == full_hash && equality_->equal(content->row, row))
            return content;
    }
    return nullptr;
}

RowContent *RowContents::find(const ColumnValues &row)
{
    return find(row, equality_->quick_hash(row));
}

void RowContents::grow()
{
    RowContent **old = buckets_;
    uint32 old_count = bucket_count_;
    bucket_count_ = old_count ? old_count * 4 : 16;
    buckets_ = allocate_zeroed_in<RowContent *>(context_, bucket_count_);
    for (uint32 i = 0; i < old_count; ++i)
        for (RowContent *content = old[i], *next; content; content = next) {
            next = content->next_in_bucket;
            RowContent **bucket = &buckets_[content->quick_hash & (bucket_count_ - 1)];
            content->next_in_bucket = *bucket;
            *bucket = content;
        }
    if (old)
        pfree(old);
}

RowContent *RowContents::find_or_add(const ColumnValues &row, TupleDesc description, bool copy)
{
    uint64 quick_hash = equality_->quick_hash(row);
    if (RowContent *known = find(row, quick_hash))
        return known;
    if (static_cast<uint32>(count_) >= bucket_count_)
        grow();
    uint64 full_hash = equality_->full_hash(row);
    MemoryContextScope scope(context_);
    auto content = allocate_zeroed<RowContent>();
    int width = description->natts;
    content->row = {allocate<Datum>(width), allocate<bool>(width)};
    memcpy(content->row.nulls, row.nulls, width * sizeof(bool));
    for (int i = 0; i < width; ++i) {
        const FormData_pg_attribute *attribute = TupleDescAttr(description, i);
        Datum value = row.values[i];
        if (!row.nulls[i] && !attribute->attbyval) {
            bytes_ += datumGetSize(value, false, attribute->attlen);
            if (copy)
                value = datumCopy(value, false, attribute->attlen);
        }
        content->row.values[i] = value;
    }
    bytes_ += sizeof(RowContent) + width * (sizeof(Datum) + sizeof(bool));
    content->quick_hash = quick_hash;
    content->full_hash = full_hash;
    RowContent **bucket = &buckets_[quick_hash & (bucket_count_ - 1)];
    content->next_in_bucket = *bucket;
    *bucket = content;
    ++count_;
    return content;
}

} // namespace pg_follower::apply
