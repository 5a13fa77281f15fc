// One scan for many rows. See row_search.hpp.
//
// An index serves where its first columns are among those that are compared, and its equality holds for values of equal
// text. What it costs is estimated by statistics, which may be wrong or missing: so when it has read as much as a scan
// of the table would have, the table is scanned after all.
#include "apply/execute/row_search.hpp"

#include "apply/execute/table_writer.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/genam.h"
#include "access/stratnum.h"
#include "access/tableam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_statistic.h"
#include "optimizer/plancat.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_follower::apply {
namespace {

// What a lookup in an index, and a row that it finds, cost: in rows of a scan of the table.
constexpr double lookup_cost = 10;
constexpr double fetch_cost = 3;
// Different values of a column without statistics, as the planner takes it (DEFAULT_NUM_DISTINCT).
constexpr double default_distinct = 200;

struct Search {
    TableWriter &writer;
    RowContents &contents;
    RowEquality &equality;
    TupleTableSlot *row;
    MemoryContext row_context; // reset after each row
    MemoryContext context;     // of what is found
};

void note_place(const Search &search, RowContent &content)
{
    auto place = allocate_in<RowPlace>(search.context);
    *place = {search.row->tts_tid, content.places};
    content.places = place;
    ++content.found;
}

ColumnValues values_of(TupleTableSlot *row)
{
    slot_getallattrs(row);
    return {row->tts_values, row->tts_isnull};
}

// ------------------------------------------------------------------------------------------------- the whole table

void scan_table(const Search &search, int64 missing)
{
    Relation table = search.writer.table();
    TableScanDesc scan = table_beginscan(table, search.writer.snapshot(), 0, nullptr);
    while (missing > 0 && table_scan_getnextslot(scan, ForwardScanDirection, search.row)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextScope row_scope(search.row_context);
        RowContent *content = search.contents.find(values_of(search.row));
        if (content && content->found < content->sought) {
            note_place(search, *content);
            --missing;
        }
        MemoryContextReset(search.row_context);
    }
    table_endscan(scan);
    ExecClearTuple(search.row);
}

// ------------------------------------------------------------------------------------------------------------ indexes

// How many rows have the same value of the column, about.
double rows_of_value(Relation table, AttrNumber column, double rows)
{
    double distinct = default_distinct;
    HeapTuple tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(RelationGetRelid(table)), Int16GetDatum(column),
                                      BoolGetDatum(false));
    if (HeapTupleIsValid(tuple)) {
        auto statistic = reinterpret_cast<Form_pg_statistic>(GETSTRUCT(tuple));
        if (statistic->stadistinct != 0)
            distinct = statistic->stadistinct > 0 ? statistic->stadistinct : -statistic->stadistinct * rows;
        ReleaseSysCache(tuple);
    }
    return Max(rows / Max(distinct, 1.0), 1.0);
}

// How many of the index's first columns serve the search.
int usable_columns(const Search &search, Relation index)
{
    const FormData_pg_index *form = index->rd_index;
    if (index->rd_rel->relam != BTREE_AM_OID || !form->indisvalid ||
        !heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr))
        return 0;
    int count = 0;
    while (count < form->indnkeyatts && search.equality.is_found_by_equality(form->indkey.values[count]))
        ++count;
    return count;
}

// An index, and what a lookup in it costs.
struct ChosenIndex {
    Relation index;
    int columns;
    double cost;
};

ChosenIndex choose_index(const Search &search, double rows)
{
    ChosenIndex best = {};
    for (int i = 0; i < search.writer.index_count(); ++i) {
        Relation index = search.writer.indexes()[i];
        int columns = index ? usable_columns(search, index) : 0;
        if (columns == 0)
            continue;
        const FormData_pg_index *form = index->rd_index;
        double found = rows;
        if (form->indisunique && columns == form->indnkeyatts)
            found = 1;
        else
            for (int k = 0; k < columns; ++k)
                found = Min(found, rows_of_value(search.writer.table(), form->indkey.values[k], rows));
        double cost = lookup_cost + fetch_cost * found;
        if (!best.index || cost < best.cost)
            best = {index, columns, cost};
    }
    return best;
}

// A key for one column: the value's equality, or IS NULL.
void make_key(ScanKey key, Relation index, int column, const RowContent &content)
{
    int at = index->rd_index->indkey.values[column] - 1;
    auto number = static_cast<AttrNumber>(column + 1);
    if (content.row.nulls[at]) {
        ScanKeyEntryInitialize(key, SK_ISNULL | SK_SEARCHNULL, number, InvalidStrategy, InvalidOid, InvalidOid,
                               InvalidOid, (Datum)0);
        return;
    }
    Oid type = index->rd_opcintype[column];
    Oid equality = get_opfamily_member(index->rd_opfamily[column], type, type, BTEqualStrategyNumber);
    if (!OidIsValid(equality))
        elog(ERROR, "index \"%s\" has no equality operator for column %d", RelationGetRelationName(index), number);
    ScanKeyEntryInitialize(key, 0, number, BTEqualStrategyNumber, InvalidOid, index->rd_indcollation[column],
                           get_opcode(equality), content.row.values[at]);
}

// Looks each content up. Returns whether it came to an end before it had cost more than `limit`.
bool scan_index(const Search &search, const ChosenIndex &chosen, double limit)
{
    MemoryContextScope scope(search.context);
    ScanKeyData keys[INDEX_MAX_KEYS];
    IndexScanDesc scan =
        begin_index_scan(search.writer.table(), chosen.index, search.writer.snapshot(), chosen.columns);
    double cost = 0;
    search.contents.for_each([&](RowContent &content) {
        if (content.sought == 0 || cost > limit)
            return;
        cost += lookup_cost;
        for (int k = 0; k < chosen.columns; ++k)
            make_key(&keys[k], chosen.index, k, content);
        index_rescan(scan, keys, chosen.columns, nullptr, 0);
        // The scan allocates what it keeps when it meets a dead row, so it runs in a context that outlives the row.
        while (content.found < content.sought && cost <= limit &&
               index_getnext_slot(scan, ForwardScanDirection, search.row)) {
            CHECK_FOR_INTERRUPTS();
            MemoryContextScope row_scope(search.row_context);
            cost += fetch_cost;
            if (search.equality.equal(content.row, values_of(search.row)))
                note_place(search, content);
            MemoryContextReset(search.row_context);
        }
    });
    index_endscan(scan);
    ExecClearTuple(search.row);
    return cost <= limit;
}

} // namespace

void search_rows(TableWriter &writer, RowContents &contents, RowEquality &equality)
{
    int64 missing = 0;
    int lookups = 0;
    auto begin = [&] {
        missing = 0;
        lookups = 0;
        contents.for_each([&](RowContent &content) {
            content.found = 0;
            content.places = nullptr;
            missing += content.sought;
            lookups += content.sought > 0;
        });
    };
    begin();
    if (missing == 0)
        return;
    Search search = {writer,
                     contents,
                     equality,
                     writer.make_row(),
                     AllocSetContextCreate(CurrentMemoryContext, "pg_follower searched row", ALLOCSET_DEFAULT_SIZES),
                     CurrentMemoryContext};
    BlockNumber pages;
    double rows;
    double all_visible;
    estimate_rel_size(writer.table(), nullptr, &pages, &rows, &all_visible);
    ChosenIndex chosen = choose_index(search, rows);
    bool found = false;
    if (chosen.index && lookups * chosen.cost < rows) {
        found = scan_index(search, chosen, Max(rows, lookups * (lookup_cost + fetch_cost)));
        if (!found)
            begin();
    }
    if (!found)
        scan_table(search, missing);
    MemoryContextDelete(search.row_context);
}

} // namespace pg_follower::apply
