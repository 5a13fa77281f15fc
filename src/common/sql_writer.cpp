// Appends names and literals that mean the same in every session. See sql_writer.hpp.
//
// Names are quoted where they need it, whatever quote_all_identifiers is. The functions that take OIDs need a
// transaction, because they look into the system caches. type_name needs the fixed settings: under their empty
// search_path format_type leaves only names of pg_catalog unqualified.
#include "pg_follower/sql_writer.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/temporary.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "common/keywords.h"
#include "utils/lsyscache.h"
}

namespace pg_follower {
namespace {

RoleCollector *collector = nullptr;

// Whether an identifier reads as itself without quotes: the rule of the server's quote_identifier() (ruleutils.c),
// less its setting quote_all_identifiers.
bool is_plain_identifier(const char *identifier)
{
    if (!((identifier[0] >= 'a' && identifier[0] <= 'z') || identifier[0] == '_'))
        return false;
    for (const char *c = identifier; *c; ++c)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_'))
            return false;
    int keyword = ScanKeywordLookup(identifier, &ScanKeywords);
    return keyword < 0 || ScanKeywordCategories[keyword] == UNRESERVED_KEYWORD;
}

[[noreturn]] void no_such_object(const char *kind, Oid oid)
{
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("%s with OID %u does not exist", kind, oid)));
    pg_unreachable();
}

} // namespace

SqlWriter &SqlWriter::format(const char *format, ...)
{
    for (;;) {
        va_list arguments;
        va_start(arguments, format);
        int needed = appendStringInfoVA(&buffer_, format, arguments);
        va_end(arguments);
        if (needed == 0)
            return *this;
        enlargeStringInfo(&buffer_, needed);
    }
}

SqlWriter &SqlWriter::name(const char *identifier)
{
    if (is_plain_identifier(identifier))
        return text(identifier);
    text('"');
    for (const char *c = identifier; *c; ++c) {
        if (*c == '"')
            text('"');
        text(*c);
    }
    return text('"');
}

SqlWriter &SqlWriter::name(const char *schema, const char *identifier)
{
    if (schema)
        name(schema).text('.');
    return name(identifier);
}

SqlWriter &SqlWriter::relation_name(Oid relid)
{
    char *relation = get_rel_name(relid);
    if (!relation)
        no_such_object("relation", relid);
    return name(get_namespace_name(get_rel_namespace(relid)), relation);
}

SqlWriter &SqlWriter::type_name(Oid type, int32 typmod)
{
    // Roles are collected only while a command is written.
    if (collector && is_temporary_type(type))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("it uses the temporary type %s", format_type_be(type))));
    return text(format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN));
}

SqlWriter &SqlWriter::type_or_none(Oid type)
{
    return OidIsValid(type) ? type_name(type) : text("NONE");
}

SqlWriter &SqlWriter::function_name(Oid function)
{
    char *function_name = get_func_name(function);
    if (!function_name)
        no_such_object("function", function);
    return name(get_namespace_name(get_func_namespace(function)), function_name);
}

SqlWriter &SqlWriter::function_or_none(Oid function)
{
    return OidIsValid(function) ? function_name(function) : text("NONE");
}

SqlWriter &SqlWriter::operator_name(Oid operator_oid)
{
    SyscacheRow<FormData_pg_operator> row(OPEROID, ObjectIdGetDatum(operator_oid));
    if (!row)
        no_such_object("operator", operator_oid);
    return name(get_namespace_name(row->oprnamespace)).text('.').text(NameStr(row->oprname));
}

SqlWriter &SqlWriter::collation_name(Oid collation)
{
    SyscacheRow<FormData_pg_collation> row(COLLOID, ObjectIdGetDatum(collation));
    if (!row)
        no_such_object("collation", collation);
    return name(get_namespace_name(row->collnamespace), NameStr(row->collname));
}

SqlWriter &SqlWriter::schema_name(Oid schema)
{
    char *schema_name = get_namespace_name(schema);
    if (!schema_name)
        no_such_object("schema", schema);
    return name(schema_name);
}

SqlWriter &SqlWriter::role_name(Oid role)
{
    if (!OidIsValid(role))
        return text("PUBLIC");
    if (collector) {
        MemoryContext old = MemoryContextSwitchTo(collector->context_);
        collector->roles_ = list_append_unique_oid(collector->roles_, role);
        MemoryContextSwitchTo(old);
    }
    return name(GetUserNameFromId(role, false));
}

void RoleCollector::start()
{
    context_ = CurrentMemoryContext;
    collector = this;
}

void RoleCollector::stop()
{
    collector = nullptr;
}

SqlWriter &SqlWriter::literal(const char *value, size_t length)
{
    if (memchr(value, '\\', length))
        text('E');
    text('\'');
    const char *end = value + length;
    // Server encodings are safe: no byte of a multibyte character is a quote or a backslash.
    for (const char *run = value; run < end;) {
        const char *c = run;
        while (c < end && *c != '\'' && *c != '\\')
            ++c;
        appendBinaryStringInfo(&buffer_, run, static_cast<int>(c - run));
        if (c == end)
            break;
        text(*c).text(*c);
        run = c + 1;
    }
    return text('\'');
}

SqlWriter &SqlWriter::literal_or_null(const char *value)
{
    return value ? literal(value) : text("NULL");
}

SqlWriter &SqlWriter::regclass(Oid relid)
{
    SqlWriter relation;
    relation.relation_name(relid);
    return literal(relation.c_str()).text("::pg_catalog.regclass");
}

SqlWriter &SqlWriter::since(int version, const char *newer, const char *older)
{
    auto *part = allocate<Newer>();
    *part = {buffer_.len, buffer_.len + static_cast<int>(strlen(newer)), pstrdup(older)};
    newer_ = lappend(newer_, part);
    oldest_reader_ = Max(oldest_reader_, version);
    return text(newer);
}

const char *SqlWriter::older_text() const
{
    SqlWriter out;
    int done = 0;
    for (Newer *part : each<Newer>(newer_)) {
        appendBinaryStringInfo(out.buffer(), buffer_.data + done, part->begin - done);
        out.text(part->older);
        done = part->end;
    }
    return out.text(buffer_.data + done).c_str();
}

SqlWriter &SqlWriter::number(int64 value)
{
    return format(INT64_FORMAT, value);
}

SqlWriter &SqlWriter::equals(const char *column)
{
    return text(column).text(" OPERATOR(pg_catalog.=) ");
}

SqlWriter &SqlWriter::do_block(const char *body)
{
    return text("DO ").literal(body);
}

SqlWriter &SqlWriter::do_if_exists(const char *query, const char *then, const char *otherwise)
{
    SqlWriter body;
    body.text("BEGIN IF EXISTS (SELECT FROM ").text(query).text(") THEN ").text(then);
    if (otherwise)
        body.text("; ELSE ").text(otherwise);
    return do_block(body.text("; END IF; END").c_str());
}

SqlWriter &SqlWriter::do_if_not_exists(const char *query, const char *then)
{
    SqlWriter body;
    body.text("BEGIN IF NOT EXISTS (SELECT FROM ").text(query).text(") THEN ").text(then).text("; END IF; END");
    return do_block(body.c_str());
}

} // namespace pg_follower
