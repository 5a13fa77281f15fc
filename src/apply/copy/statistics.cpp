// Takes statistics from the upstream. See statistics.hpp.
//
// To make them, the server sorts a sample of each column, which for a table of some 100,000 rows costs a third of the
// whole copy. The upstream has done so already, and where the copy holds the same rows, its result is as good here. It
// is taken only where every part of it means the same on both sides: types, operators and collations of the server
// itself, whose OIDs are the same everywhere, and the same order of strings.
#include "apply/copy/statistics.hpp"

#include "apply/copy/binary_form.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat_storage.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/heap.h"
#include "catalog/indexing.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_database.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_follower::apply {
namespace {

bool is_built_in(Oid object)
{
    return object < FirstGenbkiObjectId;
}

// Whether ANALYZE would make no other statistics of the table than those of its columns.
bool has_only_columns(Relation table)
{
    if (table->rd_rel->relhassubclass || RelationGetStatExtList(table) != NIL)
        return false;
    for (Oid index : each_oid(RelationGetIndexList(table)))
        if (RelationGetIndexExpressions(RelationScope(index)) != NIL)
            return false;
    return true;
}

// What the upstream is asked for, a row for each column: the places of the answer's values.
enum AnswerColumn : int {
    answer_same_types, // of the columns of the table, on both sides
    answer_order,      // of strings
    answer_name,
    answer_null_fraction, // null where the upstream has no statistics of the column
    answer_width,
    answer_distinct,
    // Of each slot an array.
    answer_kinds,
    answer_operators,
    answer_collations,
    // Of each slot a value.
    answer_numbers,
    answer_values = answer_numbers + STATISTIC_NUM_SLOTS,
};

// What decides on the order of strings under a database's default collation.
const char *order_here()
{
    SyscacheRow<FormData_pg_database> database(DATABASEOID, MyDatabaseId, "database");
    return psprintf("%c %s %s", database->datlocprovider, GetDatabaseEncodingName(),
                    database.string(Anum_pg_database_datcollate));
}

// Asks the upstream for its statistics of the table. Returns false where it has none of the rows that the snapshot
// shows: as the server's autovacuum does, it takes them for good until a tenth of the rows has changed.
bool ask_statistics(Source &source, Relation table, Answer &answer)
{
    SqlWriter text;
    text.text("SELECT ");
    write_binary_condition(text, table, source.major_version());
    text.text(", (SELECT pg_catalog.concat_ws(' ', d.datlocprovider, pg_catalog.pg_encoding_to_char(d.encoding),"
              " d.datcollate) FROM pg_catalog.pg_database AS d"
              " WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()),"
              " a.attname, s.stanullfrac, s.stawidth, s.stadistinct");
    for (const char *column : {"stakind", "staop", "stacoll"}) {
        SqlWriter::Separator comma(", ");
        text.text(", ARRAY[");
        for (int i = 1; i <= STATISTIC_NUM_SLOTS; ++i)
            text.next(comma).format("s.%s%d", column, i);
        text.text("]");
    }
    for (const char *column : {"stanumbers", "stavalues"})
        for (int i = 1; i <= STATISTIC_NUM_SLOTS; ++i)
            text.format(", s.%s%d", column, i);
    text.text(" FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n"
              " ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
              " JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid"
              " AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped"
              " AND coalesce(a.attstattarget, -1) OPERATOR(pg_catalog.<>) 0"
              " JOIN pg_catalog.pg_stat_all_tables AS t ON t.relid OPERATOR(pg_catalog.=) c.oid"
              " AND coalesce(t.last_analyze, t.last_autoanalyze) IS NOT NULL"
              " AND t.n_mod_since_analyze OPERATOR(pg_catalog.<=) (c.reltuples OPERATOR(pg_catalog./) 10)"
              " LEFT JOIN pg_catalog.pg_statistic AS s ON s.starelid OPERATOR(pg_catalog.=) c.oid"
              " AND s.staattnum OPERATOR(pg_catalog.=) a.attnum AND NOT s.stainherit"
              " WHERE c.reltuples OPERATOR(pg_catalog.>) 0 AND n.nspname OPERATOR(pg_catalog.=) ");
    text.literal(get_namespace_name(RelationGetNamespace(table)));
    text.text(" AND c.relname OPERATOR(pg_catalog.=) ").literal(RelationGetRelationName(table));
    answer = source.ask_beside(text.c_str());
    return answer.rows > 0 && answer.value(0, answer_same_types)[0] == 't';
}

// Reads an array of such elements.
Datum read_array(const char *text, Oid element)
{
    return OidInputFunctionCall(F_ARRAY_IN, const_cast<char *>(text), element, -1);
}

// The type of a slot's values. Returns false where the kind of the slot is not known here.
bool find_value_type(int kind, Oid column, Oid &type)
{
    switch (kind) {
    case 0:
    case STATISTIC_KIND_CORRELATION:
    case STATISTIC_KIND_DECHIST:
        type = InvalidOid;
        return true;
    case STATISTIC_KIND_MCV:
    case STATISTIC_KIND_HISTOGRAM:
        type = column;
        return true;
    case STATISTIC_KIND_MCELEM:
        type = get_element_type(column);
        return OidIsValid(type);
    default:
        return false;
    }
}

// A row of pg_statistic that is to be.
class StatisticsRow {
  public:
    // Reads what the upstream has of a column, a row of the answer. Returns false where it cannot be taken.
    bool read(const Answer &answer, int row, Form_pg_attribute column, bool same_order);
    void insert(Relation catalog)
    {
        HeapTuple tuple = heap_form_tuple(RelationGetDescr(catalog), values_, nulls_);
        CatalogTupleInsert(catalog, tuple);
        heap_freetuple(tuple);
    }

  private:
    void set(int attribute, Datum value) { values_[attribute - 1] = value; }
    void set_array(int attribute, const char *text, Oid element)
    {
        nulls_[attribute - 1] = !text;
        if (text)
            set(attribute, read_array(text, element));
    }

    Datum values_[Natts_pg_statistic];
    bool nulls_[Natts_pg_statistic];
};

bool StatisticsRow::read(const Answer &answer, int row, Form_pg_attribute column, bool same_order)
{
    auto value = [&](int place) { return answer.value(row, place); };
    if (!is_built_in(column->atttypid) || !value(answer_null_fraction))
        return false;
    set(Anum_pg_statistic_starelid, ObjectIdGetDatum(column->attrelid));
    set(Anum_pg_statistic_staattnum, Int16GetDatum(column->attnum));
    set(Anum_pg_statistic_stainherit, BoolGetDatum(false));
    set(Anum_pg_statistic_stanullfrac, DirectFunctionCall1(float4in, CStringGetDatum(value(answer_null_fraction))));
    set(Anum_pg_statistic_stawidth, DirectFunctionCall1(int4in, CStringGetDatum(value(answer_width))));
    set(Anum_pg_statistic_stadistinct, DirectFunctionCall1(float4in, CStringGetDatum(value(answer_distinct))));
    auto kinds = DatumGetArrayTypeP(read_array(value(answer_kinds), INT2OID));
    auto operators = DatumGetArrayTypeP(read_array(value(answer_operators), OIDOID));
    auto collations = DatumGetArrayTypeP(read_array(value(answer_collations), OIDOID));
    for (int i = 0; i < STATISTIC_NUM_SLOTS; ++i) {
        int16 kind = reinterpret_cast<int16 *>(ARR_DATA_PTR(kinds))[i];
        Oid comparison = reinterpret_cast<Oid *>(ARR_DATA_PTR(operators))[i];
        Oid collation = reinterpret_cast<Oid *>(ARR_DATA_PTR(collations))[i];
        Oid type;
        if (!find_value_type(kind, column->atttypid, type) || !is_built_in(comparison) || !is_built_in(collation) ||
            (collation == DEFAULT_COLLATION_OID && !same_order))
            return false;
        set(Anum_pg_statistic_stakind1 + i, Int16GetDatum(kind));
        set(Anum_pg_statistic_staop1 + i, ObjectIdGetDatum(comparison));
        set(Anum_pg_statistic_stacoll1 + i, ObjectIdGetDatum(collation));
        set_array(Anum_pg_statistic_stanumbers1 + i, value(answer_numbers + i), FLOAT4OID);
        set_array(Anum_pg_statistic_stavalues1 + i, OidIsValid(type) ? value(answer_values + i) : nullptr, type);
    }
    return true;
}

} // namespace

bool take_statistics(Source &source, Relation table, int64 rows)
{
    Answer answer;
    if (!source.shows_statistics() || !has_only_columns(table) || !ask_statistics(source, table, answer))
        return false;
    const char *order = order_here();
    bool same_order = order[0] == COLLPROVIDER_LIBC && strcmp(order, answer.value(0, answer_order)) == 0;
    auto made = allocate_zeroed<StatisticsRow>(answer.rows);
    for (int i = 0; i < answer.rows; ++i) {
        AttrNumber number = get_attnum(RelationGetRelid(table), answer.value(i, answer_name));
        if (number == InvalidAttrNumber ||
            !made[i].read(answer, i, TupleDescAttr(RelationGetDescr(table), number - 1), same_order))
            return false;
    }
    RemoveStatistics(RelationGetRelid(table), 0);
    CommandCounterIncrement();
    Relation catalog = table_open(StatisticRelationId, RowExclusiveLock);
    for (int i = 0; i < answer.rows; ++i)
        made[i].insert(catalog);
    table_close(catalog, RowExclusiveLock);
    note_analyzed(table, static_cast<double>(rows));
    return true;
}

} // namespace pg_follower::apply
