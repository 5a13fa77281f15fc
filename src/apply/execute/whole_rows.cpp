// Changes of rows that nothing but their content names. See whole_rows.hpp.
//
// The table may hold equal rows, of which a change concerns any one. So the table is a set in which each content stands
// as often as there are rows of it; a change takes one content away, puts one in, or both, and the order of changes
// matters, because what one puts in another may take.
//
// It is worked out first which rows the changes take from the table and which from each other, assuming that the table
// has all that are missing. These are then looked for, all at once. Where some are not there, it is worked out again
// with those that are.
//
// A row that several changes take after each other is written once, as the last one leaves it. Not so where a unique
// index or an exclusion constraint looks at the table: it must see the same rows in the same order as upstream.
#include "apply/execute/whole_rows.hpp"

#include "apply/execute/row_search.hpp"
#include "apply/execute/table_writer.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::apply {

// A row of the table, or one that the changes have put in.
struct ChangedRow {
    RowContent *original;       // in the table; null where it is new
    RowContent *current;        // after the changes that were worked out; null where it is deleted
    const Statement *statement; // of the last of them
    ItemPointerData place;
    Bitmapset *updated; // columns that updates have set
    ChangedRow *next_free;
    ChangedRow *next;
};

void WholeRows::start(const Statement &statement)
{
    context_ = CurrentMemoryContext;
    first_ = &statement;
    RelationScope table(statement.relation);
    description_ = CreateTupleDescCopy(RelationGetDescr(table));
    equality_.start(description_, statement.finding);
    contents_.start(&equality_, context_);
    scratch_ = {allocate_zeroed<Datum>(description_->natts), allocate<bool>(description_->natts)};
    memset(scratch_.nulls, true, description_->natts);
    end_of_rows_ = &rows_;
}

bool WholeRows::takes(const Statement &statement) const
{
    if (!statement.written_directly)
        return false;
    switch (statement.kind->finds_by) {
    case FindsBy::nothing:
        return bms_equal(statement.setting, first_->finding);
    case FindsBy::key:
        return false;
    case FindsBy::row:
        return bms_equal(statement.finding, first_->finding);
    }
    return false;
}

// The content of the row that `scratch_` holds.
RowContent *WholeRows::content(bool copy)
{
    return contents_.find_or_add(scratch_, description_, copy);
}

void WholeRows::add(const Statement *statement, const UpstreamTransaction &transaction, const Datum *datums,
                    const bool *nulls, bool copy)
{
    auto take_parameters = [&](bool finding) {
        for (int i = 0; i < statement->count; ++i) {
            const Parameter &parameter = statement->parameters[i];
            if (parameter.finds_row != finding)
                continue;
            scratch_.values[parameter.attribute - 1] = datums[i];
            scratch_.nulls[parameter.attribute - 1] = nulls[i];
        }
    };
    if (count_ == room_) {
        MemoryContextScope scope(context_);
        room_ = room_ ? room_ * 2 : 8;
        changes_ = changes_ ? reallocate(changes_, room_) : allocate<Change>(room_);
    }
    Change &change = changes_[count_++];
    change = {statement, transaction, nullptr, nullptr, nullptr};
    if (statement->kind->finds_by == FindsBy::row) {
        take_parameters(true);
        change.from = content(copy);
        ++change.from->takers;
    }
    if (statement->kind->command == RowCommand::delete_row)
        return;
    // Columns that an update leaves out keep their values.
    take_parameters(false);
    change.to = content(copy);
    if (statement->kind->command == RowCommand::update_row) {
        MemoryContextScope scope(context_);
        updated_ = bms_add_members(updated_, statement->setting);
    }
}

ChangedRow *WholeRows::make_row(RowContent *original)
{
    auto row = allocate_zeroed_in<ChangedRow>(context_);
    row->original = original;
    *end_of_rows_ = row;
    end_of_rows_ = &row->next;
    return row;
}

// A row of that content, or null.
ChangedRow *WholeRows::take(RowContent &content, Source source)
{
    if (ChangedRow *row = content.free) {
        content.free = row->next_free;
        return row;
    }
    if (source == Source::assumed) {
        ++content.sought;
        return make_row(&content);
    }
    RowPlace *place = content.places;
    if (!place)
        return nullptr;
    content.places = place->next;
    ChangedRow *row = make_row(&content);
    row->place = place->place;
    return row;
}

// Works out which row each change concerns, and what becomes of it.
void WholeRows::work_out(Source source)
{
    MemoryContextScope scope(context_);
    contents_.for_each([](RowContent &content) { content.free = nullptr; });
    rows_ = nullptr;
    end_of_rows_ = &rows_;
    missing_ = 0;
    for (int i = 0; i < count_; ++i) {
        Change &change = changes_[i];
        change.row = change.from ? take(*change.from, source) : make_row(nullptr);
        if (!change.row) {
            ++missing_;
            continue;
        }
        ChangedRow &row = *change.row;
        row.current = change.to;
        row.statement = change.statement;
        if (change.from && change.to && !bms_is_subset(change.statement->setting, row.updated))
            row.updated = bms_union(row.updated, change.statement->setting);
        if (change.to) {
            row.next_free = change.to->free;
            change.to->free = &row;
        }
    }
}

// Gives the rows of the table their places. Returns whether all were found.
bool WholeRows::place_rows()
{
    for (ChangedRow *row = rows_; row; row = row->next) {
        if (!row->original)
            continue;
        RowPlace *place = row->original->places;
        if (!place)
            return false;
        row->place = place->place;
        row->original->places = place->next;
    }
    return true;
}

void WholeRows::find_rows(TableWriter &writer)
{
    MemoryContextScope scope(context_);
    contents_.for_each([](RowContent &content) { content.sought = 0; });
    work_out(Source::assumed);
    search_rows(writer, contents_, equality_);
    if (place_rows())
        return;
    // What the changes take from each other depends on what the table has, so each may need a row of its own.
    contents_.for_each([](RowContent &content) { content.sought = content.takers; });
    search_rows(writer, contents_, equality_);
    work_out(Source::found);
}

// Gives a row its content; null deletes it. Where another session is changing the row, the transaction is applied
// again.
void WholeRows::write(TableWriter &writer, ChangedRow &row, const RowContent *content)
{
    bool is_new = !ItemPointerIsValid(&row.place);
    if (is_new && !content)
        return;
    bool written = true;
    MemoryContextReset(row_context_);
    MemoryContextScope scope(row_context_);
    if (!content)
        written = writer.remove(&row.place);
    else {
        int width = description_->natts;
        ExecClearTuple(new_row_);
        if (is_new) {
            memcpy(new_row_->tts_values, content->row.values, width * sizeof(Datum));
            memcpy(new_row_->tts_isnull, content->row.nulls, width * sizeof(bool));
        } else {
            if (!table_tuple_fetch_row_version(writer.table(), &row.place, SnapshotAny, old_row_))
                elog(ERROR, "could not read a row of table \"%s\" again", RelationGetRelationName(writer.table()));
            slot_getallattrs(old_row_);
            memcpy(new_row_->tts_values, old_row_->tts_values, width * sizeof(Datum));
            memcpy(new_row_->tts_isnull, old_row_->tts_isnull, width * sizeof(bool));
            for (int i = -1; (i = bms_next_member(row.updated, i)) >= 0;) {
                new_row_->tts_values[i - 1] = content->row.values[i - 1];
                new_row_->tts_isnull[i - 1] = content->row.nulls[i - 1];
            }
        }
        ExecStoreVirtualTuple(new_row_);
        if (is_new) {
            writer.insert(&new_row_, 1);
            row.place = new_row_->tts_tid;
        } else
            written = writer.update(&row.place, new_row_);
    }
    if (!written)
        ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                        errmsg("a row of table \"%s\" was changed on this server while a change was applied to it",
                               RelationGetRelationName(writer.table())),
                        errdetail("The transaction is applied again.")));
}

// Writes each change in its place.
void WholeRows::write_changes(TableWriter &writer, Progress *progress)
{
    for (int i = 0; i < count_; ++i) {
        if (!changes_[i].row)
            continue;
        progress->position.what = changes_[i].statement->kind->name;
        write(writer, *changes_[i].row, changes_[i].to);
        writer.next_command();
    }
}

// Writes what has become of each row.
void WholeRows::write_results(TableWriter &writer, Progress *progress)
{
    for (ChangedRow *row = rows_; row; row = row->next) {
        if (row->current == row->original)
            continue;
        progress->position.what = row->statement->kind->name;
        write(writer, *row, row->current);
    }
}

void WholeRows::apply(Progress *progress)
{
    TableWriter writer(first_->relation, updated_);
    old_row_ = writer.make_row();
    new_row_ = writer.make_row();
    find_rows(writer);
    row_context_ = AllocSetContextCreate(context_, "pg_follower written row", ALLOCSET_DEFAULT_SIZES);
    if (first_->order_matters)
        write_changes(writer, progress);
    else
        write_results(writer, progress);
    progress->counts.rows += count_ - missing_;
}

// The change's parameters, as they were added.
ColumnValues WholeRows::parameters_of(const Change &change) const
{
    const Statement &statement = *change.statement;
    ColumnValues result = {allocate_zeroed<Datum>(statement.count), allocate_zeroed<bool>(statement.count)};
    for (int i = 0; i < statement.count; ++i) {
        const RowContent *content = statement.parameters[i].finds_row ? change.from : change.to;
        int at = statement.parameters[i].attribute - 1;
        result.values[i] = content->row.values[at];
        result.nulls[i] = content->row.nulls[at];
    }
    return result;
}

} // namespace pg_follower::apply
