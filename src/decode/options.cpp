// Parses the options of a decoding session: `format`, `version`, `origin`, `downstream`,
// `downstream-version`, `confirmed`, `skip-extension-tables`, `streaming` and, without effect, `include-xids`.
//
// Names and values are compared as the replication protocol hands them over: exactly.
#include "decode/options.hpp"

#include "pg_follower/list.hpp"
#include "pg_follower/stream.hpp"

extern "C" {
#include "commands/defrem.h"
#include "nodes/parsenodes.h"
#include "utils/pg_lsn.h"
#include "utils/varlena.h"
}

namespace pg_follower::decode {
namespace {

// What has been seen of the options while they are read.
struct Parsing {
    Options options;
    bool version_given = false;
};

[[noreturn]] void refuse_value(const DefElem *option, const char *value, const char *hint)
{
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("invalid value for parameter \"%s\": \"%s\"", option->defname, value), errhint("%s", hint)));
    pg_unreachable();
}

void parse_format(Parsing &parsing, DefElem *option, const char *value)
{
    if (strcmp(value, "sql") == 0)
        parsing.options.form = Form::sql;
    else if (strcmp(value, "statements") == 0)
        parsing.options.form = Form::statements;
    else
        refuse_value(option, value, "Available values: sql, statements.");
}

void parse_version(Parsing &parsing, DefElem *option, const char *value)
{
    char *end;
    errno = 0;
    unsigned long version = strtoul(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || version == 0)
        refuse_value(option, value, "The version of the stream is a positive whole number.");
    if (version != stream_version)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("client asked for stream version %lu, but this server writes version %u", version,
                               stream_version),
                        errhint("Install the same version of pg_follower on both servers.")));
    parsing.version_given = true;
}

void parse_origin(Parsing &parsing, DefElem *option, const char *value)
{
    if (strcmp(value, "none") == 0)
        parsing.options.foreign_origins = false;
    else if (strcmp(value, "any") == 0)
        parsing.options.foreign_origins = true;
    else
        refuse_value(option, value, "Available values: none, any.");
}

void parse_downstream(Parsing &parsing, DefElem *option, const char *value)
{
    parsing.options.downstream = parse_database(value);
    if (!parsing.options.downstream)
        refuse_value(option, value, "The worker of a follow knows how its database is described.");
}

void parse_downstream_version(Parsing &parsing, DefElem *option, const char *value)
{
    char *end;
    errno = 0;
    unsigned long version = strtoul(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || version < 10 || version > 999)
        refuse_value(option, value, "It is a major version of PostgreSQL, such as 15.");
    parsing.options.downstream_version = static_cast<uint32>(version);
}

void parse_confirmed(Parsing &parsing, DefElem *option, const char *value)
{
    bool failed = false;
    parsing.options.confirmed = pg_lsn_in_internal(value, &failed);
    if (failed)
        refuse_value(option, value, "It is a position in WAL, such as 16/B374D848.");
}

void parse_skip_extension_tables(Parsing &parsing, DefElem *option, const char *value)
{
    if (!SplitIdentifierString(pstrdup(value), ',', &parsing.options.skipped_extension_tables))
        refuse_value(option, value, "It is a list of extensions and of their tables.");
}

void parse_streaming(Parsing &parsing, DefElem *option, const char *value)
{
    if (!parse_bool(value, &parsing.options.streams))
        refuse_value(option, value, "It is a Boolean value.");
}

// Other plugins know this option, so scripts give it; SQL text has no place for transaction ids.
void parse_include_xids(Parsing &, DefElem *option, const char *value)
{
    bool ignored;
    if (!parse_bool(value, &ignored))
        refuse_value(option, value, "It is a Boolean value.");
}

struct KnownOption {
    const char *name;
    void (*parse)(Parsing &, DefElem *, const char *);
};

constexpr KnownOption known_options[] = {
    {"format", parse_format},
    {"version", parse_version},
    {"origin", parse_origin},
    {"downstream", parse_downstream},
    {"downstream-version", parse_downstream_version},
    {"confirmed", parse_confirmed},
    {"skip-extension-tables", parse_skip_extension_tables},
    {"streaming", parse_streaming},
    {"include-xids", parse_include_xids},
};

} // namespace

Options parse_options(const List *given)
{
    Parsing parsing;
    bool seen[lengthof(known_options)] = {};
    for (DefElem *option : each<DefElem>(given)) {
        size_t which = 0;
        while (which < lengthof(known_options) && strcmp(known_options[which].name, option->defname) != 0)
            ++which;
        if (which == lengthof(known_options))
            ereport(ERROR,
                    (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unrecognized parameter \"%s\"", option->defname),
                     errhint("Available parameters: format, version, origin, downstream, downstream-version, "
                             "confirmed, skip-extension-tables, streaming, include-xids.")));
        if (seen[which])
            ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("conflicting or redundant options")));
        seen[which] = true;
        // The protocol's grammar allows an option without a value, which reads as true.
        known_options[which].parse(parsing, option, option->arg ? defGetString(option) : "true");
    }
    if (parsing.version_given && parsing.options.form != Form::statements)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("parameter \"version\" can only be given with format \"statements\"")));
    // SQL text has no room for changes that may be rolled back yet.
    if (parsing.options.streams && parsing.options.form != Form::statements)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("parameter \"streaming\" can only be given with format \"statements\"")));
    return parsing.options;
}

} // namespace pg_follower::decode
