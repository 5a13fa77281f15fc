// The checks before a copy. See copy_checks.hpp.
//
// What this server lacks would stop the copy when it comes to it, one thing after the other. Here all of it is found at
// once. The lists of the upstream are compared here, by queries about this server.
#include "apply/interface/copy_checks.hpp"

#include "apply/copy/clashes.hpp"
#include "apply/copy/dump.hpp"
#include "apply/copy/schema.hpp"
#include "apply/execute/extension.hpp"
#include "apply/state/spi.hpp"
#include "apply/upstream/conninfo.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/sql_writer.hpp"

#include <locale.h>
#include <unistd.h>

extern "C" {
#include "commands/extension.h"
#include "commands/tablespace.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port.h"
#include "utils/acl.h"
#include "utils/builtins.h"
}

namespace pg_follower::apply {
namespace {

// Lists of the upstream, under the search path of the system catalogs. In each, a row is a line, and the parts of a row
// are separated by tabs.

constexpr const char *extensions_query =
    "SELECT string_agg(concat_ws(E'\\t', extname, extversion), E'\\n' ORDER BY extname) FROM pg_extension"
    " WHERE extname NOT IN ('pg_follower', 'plpgsql')";

constexpr const char *tablespaces_query =
    "SELECT string_agg(spcname, E'\\n' ORDER BY spcname) FROM pg_tablespace AS s"
    " WHERE EXISTS (SELECT FROM pg_class WHERE reltablespace = s.oid AND oid >= 16384)";

// Collations that came with the upstream's own system, and that something uses.
constexpr const char *system_collations_query =
    "SELECT string_agg(collname, E'\\n' ORDER BY collname) FROM (SELECT DISTINCT collname FROM pg_collation AS c"
    " WHERE c.oid < 16384 AND EXISTS (SELECT FROM pg_depend AS d WHERE d.refclassid = 'pg_collation'::regclass"
    "   AND d.refobjid = c.oid)) AS used";

// Collations that users made, with the locale of the operating system that they need; nothing for those of ICU.
constexpr const char *own_collations_query =
    "SELECT string_agg(concat_ws(E'\\t', c.oid::regcollation, collprovider, collcollate), E'\\n'"
    " ORDER BY c.oid::regcollation::text) FROM pg_collation AS c WHERE c.oid >= 16384 AND NOT EXISTS"
    " (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_collation'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

constexpr const char *libraries_query =
    "SELECT string_agg(probin, E'\\n' ORDER BY probin) FROM (SELECT DISTINCT probin FROM pg_proc AS p"
    " WHERE p.oid >= 16384 AND prolang = 13 AND NOT EXISTS (SELECT FROM pg_depend AS d"
    "   WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')) AS used";

// Tables that pg_dump could not lock.
constexpr const char *unreadable_query =
    "SELECT string_agg(c.oid::regclass::text, E'\\n' ORDER BY c.oid::regclass::text) FROM pg_class AS c"
    " WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384 AND c.relpersistence <> 't'"
    " AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(c.relnamespace, 'USAGE'))"
    " AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid"
    "   AND d.deptype = 'e')";

// Tables of which policies hide rows.
constexpr const char *hidden_query =
    "SELECT string_agg(c.oid::regclass::text, E'\\n' ORDER BY c.oid::regclass::text) FROM pg_class AS c"
    " WHERE c.relkind = 'r' AND c.oid >= 16384 AND c.relpersistence = 'p' AND row_security_active(c.oid)"
    " AND c.relnamespace <> 'follower'::regnamespace";

constexpr const char *locale_query = "SELECT datcollate, datctype, datlocprovider FROM pg_database"
                                     " WHERE datname = current_database()";

// What stands against the copy: a line for each thing, and what to do, once for each kind.
class Obstacles {
  public:
    Obstacles() { initStringInfo(&lines_), initStringInfo(&advice_); }

    void add(const char *advice, const char *format, ...) __attribute__((format(printf, 3, 4)));
    void raise() const;

  private:
    StringInfoData lines_;
    StringInfoData advice_;
    int count_ = 0;
};

void Obstacles::add(const char *advice, const char *format, ...)
{
    if (count_++ > 0)
        appendStringInfoChar(&lines_, '\n');
    for (;;) {
        va_list arguments;
        va_start(arguments, format);
        int needed = appendStringInfoVA(&lines_, format, arguments);
        va_end(arguments);
        if (needed == 0)
            break;
        enlargeStringInfo(&lines_, needed);
    }
    if (!strstr(advice_.data, advice))
        appendStringInfo(&advice_, "%s%s", advice_.len > 0 ? "\n" : "", advice);
}

void Obstacles::raise() const
{
    if (count_ > 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg_plural("%d thing stands against a copy of the upstream",
                                      "%d things stand against a copy of the upstream", count_, count_),
                        errdetail_internal("%s", lines_.data), errhint("%s", advice_.data)));
}

// Calls visit(parts) for each row of a list, which may be null; parts that are missing are null.
template <typename Visit> void for_each_row(const char *list, Visit visit)
{
    for (char *line = list ? pstrdup(list) : nullptr; line && *line;) {
        char *next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        const char *parts[3] = {};
        for (int i = 0; i < 3 && line; ++i) {
            parts[i] = line;
            line = strchr(line, '\t');
            if (line)
                *line++ = '\0';
        }
        visit(parts);
        line = next;
    }
}

bool exists(const char *query_before, const char *value, const char *query_behind = "")
{
    SqlWriter query;
    query.text(query_before).literal(value).text(query_behind);
    return query_count(query.c_str()) > 0;
}

void check_extensions(Upstream &upstream, Obstacles &found)
{
    for_each_row(upstream.value(extensions_query), [&](const char *const *extension) {
        if (OidIsValid(get_extension_oid(extension[0], true))) {
            if (!exists("SELECT pg_catalog.count(*) FROM pg_catalog.pg_extension WHERE extname OPERATOR(pg_catalog.||) "
                        "extversion OPERATOR(pg_catalog.=) ",
                        psprintf("%s%s", extension[0], extension[1])))
                found.add("Have extensions in the upstream's versions: ALTER EXTENSION ... UPDATE TO.",
                          "Extension \"%s\" is here in another version than upstream, which has %s.", extension[0],
                          extension[1]);
        } else if (!has_extension_files(extension[0], extension[1]))
            found.add("Install missing extensions on this server, in the upstream's versions.",
                      "Extension \"%s\" is not available in version %s; on Debian its package is most likely \"%s\".",
                      extension[0], extension[1], debian_package(extension[0]));
    });
}

void check_roles(Upstream &upstream, Obstacles &found)
{
    if (strcmp(upstream.value("SELECT creates_roles::text FROM follower.copy_facts()"), "true") == 0)
        return;
    for_each_row(needed_roles(upstream), [&](const char *const *role) {
        if (!OidIsValid(get_role_oid(role[0], true)))
            found.add("Create missing roles on this server; where the upstream has pg_follower in "
                      "shared_preload_libraries and pg_follower.roles is not \"off\" there, the copy creates them.",
                      "Role \"%s\" does not exist.", role[0]);
    });
}

void check_tablespaces(Upstream &upstream, Obstacles &found)
{
    for_each_row(upstream.value(tablespaces_query), [&](const char *const *tablespace) {
        if (!OidIsValid(get_tablespace_oid(tablespace[0], true)))
            found.add("Create missing tablespaces on this server, in a place of your choice.",
                      "Tablespace \"%s\" does not exist.", tablespace[0]);
    });
}

// Whether the operating system knows a locale. (The server's check_locale() does the same, but its header needs those
// of ICU, which a server's development package need not bring.)
bool has_locale(const char *name)
{
    locale_t locale = newlocale(LC_COLLATE_MASK, name, locale_t());
    if (!locale)
        return false;
    freelocale(locale);
    return true;
}

void check_collations(Upstream &upstream, Obstacles &found)
{
    constexpr const char *advice = "Install missing locales in the operating system of this server, and run "
                                   "pg_import_system_collations(); a server must have been built with ICU for its "
                                   "collations.";
    for_each_row(upstream.value(system_collations_query), [&](const char *const *collation) {
        if (!exists("SELECT pg_catalog.count(*) FROM pg_catalog.pg_collation WHERE collname OPERATOR(pg_catalog.=) ",
                    collation[0],
                    " AND collencoding IN (-1, (SELECT encoding FROM pg_catalog.pg_database WHERE datname "
                    "OPERATOR(pg_catalog.=) pg_catalog.current_database()))"))
            found.add(advice, "Collation \"%s\" does not exist.", collation[0]);
    });
    bool has_icu = exists("SELECT pg_catalog.count(*) FROM pg_catalog.pg_collation WHERE collprovider "
                          "OPERATOR(pg_catalog.=) ",
                          "i");
    for_each_row(upstream.value(own_collations_query), [&](const char *const *collation) {
        if (strcmp(collation[1], "i") == 0 && !has_icu)
            found.add(advice, "Collation %s needs ICU.", collation[0]);
        if (strcmp(collation[1], "c") == 0 && collation[2] && !has_locale(collation[2]))
            found.add(advice, "Collation %s needs the locale \"%s\".", collation[0], collation[2]);
    });
}

void check_libraries(Upstream &upstream, Obstacles &found)
{
    for_each_row(upstream.value(libraries_query), [&](const char *const *library) {
        const char *path = library[0];
        if (strncmp(path, "$libdir/", strlen("$libdir/")) == 0)
            path = psprintf("%s/%s", pkglib_path, path + strlen("$libdir/"));
        else if (!is_absolute_path(path))
            return;
        if (access(path, R_OK) != 0 && access(psprintf("%s%s", path, DLSUFFIX), R_OK) != 0)
            found.add("Install missing libraries, built for this server.", "Library \"%s\" of functions is not there.",
                      library[0]);
    });
}

void check_readable(Upstream &upstream, Obstacles &found)
{
    int count = 0;
    for_each_row(upstream.value(unreadable_query), [&](const char *const *table) {
        if (++count <= 10)
            found.add("Let the role of the connection read everything: GRANT pg_read_all_data TO ... upstream.",
                      "Table %s is not readable upstream.", table[0]);
    });
}

void check_policies(Upstream &upstream, Obstacles &found)
{
    int count = 0;
    for_each_row(upstream.value(hidden_query), [&](const char *const *table) {
        if (++count <= 10)
            found.add("Let the role of the connection see all rows: ALTER ROLE ... BYPASSRLS upstream.",
                      "Row-level security may hide rows of table %s.", table[0]);
    });
}

void check_clashes(Upstream &upstream, const Follow &follow, Obstacles &found)
{
    bool keep = strcmp(follow.existing, existing_keep) == 0;
    if (strcmp(follow.existing, existing_replace) == 0)
        return;
    constexpr const char *advice =
        "Follow into an empty database, or use existing => 'replace', which drops what is here already, or existing => "
        "'keep', which keeps what is the same, with the rows that it has.";
    for (Clash *clash : each<Clash>(find_clashes(upstream))) {
        if (keep && clash->differs)
            found.add(advice, "There is another %s %s here already.", clash->type, clash->identity);
        else if (!keep)
            found.add(advice, "There is %s %s here already.", clash->type, clash->identity);
    }
}

// Another order of texts is no obstacle, but somebody may have to know.
void compare_locales(Upstream &upstream)
{
    const char *there[3], *here[3];
    upstream.row(locale_query, 3, there);
    {
        MemoryContext context = CurrentMemoryContext;
        SpiScope spi;
        check_result(SPI_execute("SELECT datcollate, datctype, datlocprovider FROM pg_catalog.pg_database"
                                 " WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()",
                                 true, 1));
        for (int i = 0; i < 3; ++i)
            here[i] = MemoryContextStrdup(context, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1));
    }
    if (strcmp(there[0], here[0]) != 0 || strcmp(there[1], here[1]) != 0 || strcmp(there[2], here[2]) != 0)
        ereport(WARNING,
                (errmsg("texts have another order in this database than upstream"),
                 errdetail("Its locale is \"%s\" (LC_CTYPE \"%s\"), that of the upstream is \"%s\" (\"%s\").", here[0],
                           here[1], there[0], there[1]),
                 errhint("Queries may return rows in another order. A row of a table partitioned by a range of "
                         "texts may have no partition here.")));
}

} // namespace

void check_existing(const char *existing)
{
    if (strcmp(existing, existing_error) != 0 && strcmp(existing, existing_keep) != 0 &&
        strcmp(existing, existing_replace) != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid value \"%s\" of existing", existing),
                        errhint("Available values: %s, %s, %s.", existing_error, existing_keep, existing_replace)));
}

void check_copy(Upstream &upstream, const Follow &follow)
{
    check_pg_dump(upstream.server_version());
    (void)open_conninfo(follow.conninfo, "", "");
    if (strcmp(upstream.value("SELECT pg_catalog.pg_is_in_recovery()::pg_catalog.text"), "true") == 0)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("cannot copy from a standby"),
                        errdetail("Commands on its primary cannot be kept waiting while the schema is read."),
                        errhint("Copy from the primary, or use copy_data => false.")));
    upstream.command("SET search_path = pg_catalog, pg_temp");
    Obstacles found;
    check_extensions(upstream, found);
    check_roles(upstream, found);
    check_tablespaces(upstream, found);
    check_collations(upstream, found);
    check_libraries(upstream, found);
    check_readable(upstream, found);
    check_policies(upstream, found);
    check_clashes(upstream, follow, found);
    found.raise();
    compare_locales(upstream);
}

} // namespace pg_follower::apply
