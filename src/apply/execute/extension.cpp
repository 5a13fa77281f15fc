// Says which extension this server lacks, and how its package is found. See extension.hpp.
//
// A server knows extensions by their control files only. What Debian calls the package is known for what belongs to
// PostgreSQL itself; for others it follows the convention of Debian and of the PGDG's archive, with its exceptions.
#include "apply/execute/extension.hpp"

#include "apply/state/spi.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "commands/extension.h"
#include "miscadmin.h"
}

namespace pg_follower::apply {
namespace {

constexpr const char *contrib_modules[] = {
    "adminpack",
    "amcheck",
    "autoinc",
    "bloom",
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dblink",
    "dict_int",
    "dict_xsyn",
    "earthdistance",
    "file_fdw",
    "fuzzystrmatch",
    "hstore",
    "insert_username",
    "intagg",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "moddatetime",
    "old_snapshot",
    "pageinspect",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_logicalinspect",
    "pg_overexplain",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_surgery",
    "pg_trgm",
    "pg_visibility",
    "pg_walinspect",
    "pgcrypto",
    "pgrowlocks",
    "pgstattuple",
    "postgres_fdw",
    "refint",
    "seg",
    "sslinfo",
    "tablefunc",
    "tcn",
    "tsm_system_rows",
    "tsm_system_time",
    "unaccent",
    "uuid-ossp",
    "xml2",
};

// Extensions whose package has another name than they have, behind postgresql-VERSION-. The transforms of a language
// are in the package of the language.
struct Exception {
    const char *part; // of the extension's name
    const char *package;
};
constexpr Exception exceptions[] = {
    {"plperl", "plperl"},   {"plpython3", "plpython3"}, {"pltcl", "pltcl"},        {"postgis", "postgis-3"},
    {"vector", "pgvector"}, {"pg_cron", "cron"},        {"pg_partman", "partman"}, {"pg_repack", "repack"},
};

bool is_contrib(const char *extension)
{
    for (const char *module : contrib_modules)
        if (strcmp(module, extension) == 0)
            return true;
    return false;
}

// Whether the function of the server, which returns a list of extensions, lists the extension, and that version of it
// where one is given.
bool lists(const char *function, const char *extension, const char *version)
{
    SqlWriter query;
    query.text("SELECT pg_catalog.count(*) FROM pg_catalog.").text(function).text("() AS e");
    query.text(" WHERE e.name OPERATOR(pg_catalog.=) ").literal(extension);
    if (version)
        query.text(" AND e.version OPERATOR(pg_catalog.=) ").literal(version);
    return query_count(query.c_str()) > 0;
}

} // namespace

bool has_extension_files(const char *extension, const char *version)
{
    return lists("pg_available_extension_versions", extension, version);
}

const char *debian_package(const char *extension)
{
    if (is_contrib(extension))
        return "postgresql-contrib";
    for (const Exception &exception : exceptions)
        if (strstr(extension, exception.part))
            return psprintf("postgresql-%d-%s", server_major_version, exception.package);
    char *name = psprintf("postgresql-%d-%s", server_major_version, extension);
    for (char *c = name; *c; ++c)
        if (*c == '_')
            *c = '-';
    return name;
}

void require_extension(const DdlMessage &record)
{
    if (!*record.extension)
        return;
    // Where the extension exists already, CREATE EXTENSION does nothing or fails, and reads no file in either case.
    bool creates = strcmp(record.tag, "CREATE EXTENSION") == 0;
    if (creates && OidIsValid(get_extension_oid(record.extension, true)))
        return;
    bool found = lists("pg_available_extensions", record.extension, nullptr);
    if (found && has_extension_files(record.extension, record.extension_version))
        return;

    const char *what = is_contrib(record.extension) ? "PostgreSQL's contrib modules" : "the extension's package";
    char share[MAXPGPATH];
    get_share_path(my_exec_path, share);
    ereport(
        ERROR,
        (errcode(ERRCODE_UNDEFINED_FILE),
         found ? errmsg("version \"%s\" of extension \"%s\", which the upstream has, is not available on this server",
                        record.extension_version, record.extension)
               : errmsg("extension \"%s\", which the upstream has, is not available on this server", record.extension),
         found ? errdetail("The view pg_available_extension_versions shows the versions that are.")
               : errdetail("There is no file \"%s/extension/%s.control\".", share, record.extension),
         errhint("Install %s on this server. On Debian it is most likely \"%s\"; "
                 "\"apt-file search %s.control\" or \"dnf provides '*/%s.control'\" finds it.",
                 what, debian_package(record.extension), record.extension, record.extension)));
}

} // namespace pg_follower::apply
