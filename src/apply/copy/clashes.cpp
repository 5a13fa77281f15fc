// Compares what two databases hold. See clashes.hpp.
//
// Both are asked the same, under the same search path, and the answers are compared here. Objects that come and go with
// others, such as indexes and sequences of columns, are part of these.
#include "apply/copy/clashes.hpp"

#include "apply/state/spi.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/guc.h"
}

namespace pg_follower::apply {
namespace {

constexpr const char *objects_path = "pg_catalog, pg_temp";

// Objects are separated by \x02; an object's parts by \x01: what it is called among those that cannot be there twice,
// its type, its identity, and a hash of its structure, or nothing.
constexpr const char *objects_query = R"(
SELECT string_agg(concat_ws(chr(1), CASE WHEN o.class = 'pg_class'::regclass THEN 'relation' ELSE i.type END
        || ' ' || i.identity, i.type, i.identity, coalesce(hashtextextended(o.structure, 0)::text, '')), chr(2))
FROM (
    SELECT 'pg_class'::regclass, c.oid, CASE
        WHEN relkind IN ('v', 'm') THEN relkind::text || pg_get_viewdef(c.oid)
        WHEN relkind = 'S' THEN (SELECT concat_ws(' ', relkind, format_type(seqtypid, NULL), seqstart, seqincrement,
            seqmax, seqmin, seqcycle) FROM pg_sequence WHERE seqrelid = c.oid)
        ELSE concat_ws(' ', relkind, pg_get_partkeydef(CASE relkind WHEN 'p' THEN c.oid END),
            pg_get_expr(relpartbound, c.oid),
            (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull,
                attidentity, attgenerated, attislocal, attinhcount, attcollation::regcollation,
                pg_get_expr(adbin, adrelid)), ',' ORDER BY attnum)
                FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
            (SELECT string_agg(concat_ws(' ', conname, pg_get_constraintdef(oid)), ',' ORDER BY conname)
                FROM pg_constraint WHERE conrelid = c.oid AND contype <> 'n'))
        END
        FROM pg_class AS c WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND relpersistence <> 't'
    UNION ALL SELECT 'pg_proc'::regclass, oid, CASE prokind WHEN 'a' THEN NULL ELSE pg_get_functiondef(oid) END
        FROM pg_proc
    UNION ALL SELECT 'pg_type'::regclass, t.oid, CASE typtype
        WHEN 'e' THEN (SELECT string_agg(quote_literal(enumlabel), ',' ORDER BY enumsortorder)
            FROM pg_enum WHERE enumtypid = t.oid)
        WHEN 'd' THEN concat_ws(' ', format_type(typbasetype, typtypmod), typnotnull, typdefault,
            (SELECT string_agg(pg_get_constraintdef(oid), ',' ORDER BY conname) FROM pg_constraint
                WHERE contypid = t.oid AND contype <> 'n'))
        WHEN 'r' THEN (SELECT concat_ws(' ', format_type(rngsubtype, NULL), rngcollation::regcollation)
            FROM pg_range WHERE rngtypid = t.oid)
        END
        FROM pg_type AS t WHERE typrelid = 0
            AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.typarray = t.oid)
    UNION ALL SELECT 'pg_namespace'::regclass, oid, NULL FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL SELECT 'pg_operator'::regclass, oid, NULL FROM pg_operator
    UNION ALL SELECT 'pg_opclass'::regclass, oid, NULL FROM pg_opclass
    UNION ALL SELECT 'pg_opfamily'::regclass, oid, NULL FROM pg_opfamily
    UNION ALL SELECT 'pg_collation'::regclass, oid, NULL FROM pg_collation
    UNION ALL SELECT 'pg_conversion'::regclass, oid, NULL FROM pg_conversion
    UNION ALL SELECT 'pg_ts_config'::regclass, oid, NULL FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid, NULL FROM pg_ts_dict
    UNION ALL SELECT 'pg_ts_parser'::regclass, oid, NULL FROM pg_ts_parser
    UNION ALL SELECT 'pg_ts_template'::regclass, oid, NULL FROM pg_ts_template
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, NULL FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid, NULL FROM pg_foreign_server
    UNION ALL SELECT 'pg_cast'::regclass, oid, NULL FROM pg_cast
    UNION ALL SELECT 'pg_language'::regclass, oid, NULL FROM pg_language
    UNION ALL SELECT 'pg_event_trigger'::regclass, oid, NULL FROM pg_event_trigger
    UNION ALL SELECT 'pg_publication'::regclass, oid, NULL FROM pg_publication
    UNION ALL SELECT 'pg_subscription'::regclass, oid, NULL FROM pg_subscription
        WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT 'pg_am'::regclass, oid, NULL FROM pg_am
    UNION ALL SELECT 'pg_transform'::regclass, oid, NULL FROM pg_transform
    UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, NULL FROM pg_statistic_ext
) AS o (class, id, structure)
CROSS JOIN LATERAL pg_identify_object(o.class, o.id, 0) AS i
LEFT JOIN pg_class AS r ON o.class = 'pg_class'::regclass AND r.oid = o.id
WHERE o.id >= 16384 AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = o.class AND d.objid = o.id
    AND d.objsubid = 0 AND (d.deptype = 'e' OR d.deptype = 'i' AND r.relkind IS DISTINCT FROM 'c'
        OR d.deptype = 'a' AND (r.relkind = 'S' OR o.class = 'pg_statistic_ext'::regclass)))
)";

// Of two such texts $1 and $2, the objects that are in both, and whether they differ.
constexpr const char *common_query = R"(
SELECT split_part(here, chr(1), 2), split_part(here, chr(1), 3),
    split_part(here, chr(1), 4) <> split_part(there, chr(1), 4)
FROM unnest(string_to_array($1, chr(2))) AS here
JOIN unnest(string_to_array($2, chr(2))) AS there ON split_part(here, chr(1), 1) = split_part(there, chr(1), 1)
ORDER BY 1, 2
)";

const char *objects_here()
{
    MemoryContext context = CurrentMemoryContext;
    SpiScope spi;
    check_result(SPI_execute(objects_query, true, 1));
    const char *objects = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
    return objects ? MemoryContextStrdup(context, objects) : nullptr;
}

List *in_both(const char *here, const char *there)
{
    MemoryContext context = CurrentMemoryContext;
    SpiScope spi;
    Oid types[] = {TEXTOID, TEXTOID};
    Datum values[] = {CStringGetTextDatum(here), CStringGetTextDatum(there)};
    check_result(SPI_execute_with_args(common_query, 2, types, values, nullptr, true, 0));
    MemoryContextScope scope(context);
    List *clashes = NIL;
    for (uint64 i = 0; i < SPI_processed; ++i) {
        HeapTuple row = SPI_tuptable->vals[i];
        TupleDesc description = SPI_tuptable->tupdesc;
        auto clash = allocate<Clash>();
        *clash = {SPI_getvalue(row, description, 1), SPI_getvalue(row, description, 2),
                  strcmp(SPI_getvalue(row, description, 3), "t") == 0};
        clashes = lappend(clashes, clash);
    }
    return clashes;
}

// Kinds that are not called in SQL what pg_identify_object() calls them.
struct Keyword {
    const char *type;
    const char *keyword;
};
constexpr Keyword keywords[] = {
    {"composite type", "TYPE"},
    {"foreign-data wrapper", "FOREIGN DATA WRAPPER"},
    {"statistics object", "STATISTICS"},
};

} // namespace

List *find_clashes(Upstream &upstream)
{
    GucScope settings;
    (void)set_config_option("search_path", objects_path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    const char *here = objects_here();
    if (!here)
        return NIL;
    upstream.command(psprintf("SET search_path = %s", objects_path));
    const char *there = upstream.value(objects_query);
    return there ? in_both(here, there) : NIL;
}

void write_drop(StringInfo out, const Clash &clash)
{
    if (strcmp(clash.type, "schema") == 0)
        return;
    const char *keyword = nullptr;
    for (const Keyword &entry : keywords)
        if (strcmp(entry.type, clash.type) == 0)
            keyword = entry.keyword;
    if (!keyword)
        keyword = asc_toupper(clash.type, strlen(clash.type));
    const char *name = clash.identity;
    // A transform is identified as "for TYPE on language NAME", and dropped without the "on".
    if (const char *on = strcmp(clash.type, "transform") == 0 ? strstr(name, " on language ") : nullptr)
        name = psprintf("%s%s", pnstrdup(name, on - name), on + strlen(" on"));
    if (size_t length = strlen(name); strcmp(clash.type, "aggregate") == 0 && strcmp(name + length - 2, "()") == 0)
        name = psprintf("%s(*)", pnstrdup(name, length - 2));
    appendStringInfo(out, "DROP %s IF EXISTS %s CASCADE;\n", keyword, name);
}

} // namespace pg_follower::apply
