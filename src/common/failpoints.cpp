// What happens at armed points. See failpoints.hpp.
//
// The file that arms a point holds an action and, where the point is not to act when a process reaches it for the first
// time, a number: "kill" (SIGKILL, as the kernel's), "error" or "sleep", and how often the same process passes before.
#include "pg_follower/failpoints.hpp"

#ifdef PGF_FAILPOINTS

#include <csignal>
#include <cstdio>

extern "C" {
#include "common/pg_prng.h"
#include "funcapi.h"
#include "utils/guc.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pg_follower_failpoints);
PGDLLEXPORT Datum pg_follower_failpoints(PG_FUNCTION_ARGS);
}

namespace pg_follower {
namespace {

struct FailpointTraits {
    const char *name;
    const char *server;
    const char *step;
};

constexpr FailpointTraits failpoints[] = {
#define PGF_FAILPOINT_TRAITS(name, server, step) {#name, #server, #step},
    PGF_FAILPOINTS_LIST(PGF_FAILPOINT_TRAITS)
#undef PGF_FAILPOINT_TRAITS
};

constexpr const char *folder = "pg_follower_failpoints";
constexpr long sleep_milliseconds = 700;
// One in so many points that are reached sleeps under pg_follower.debug_delay.
constexpr uint64 points_to_a_delay = 10;

int debug_delay = 0;
int passed[lengthof(failpoints)];

void delay()
{
    if (debug_delay > 0 && pg_prng_uint64_range(&pg_global_prng_state, 1, points_to_a_delay) == 1)
        pg_usleep(static_cast<long>(pg_prng_uint64_range(&pg_global_prng_state, 0, debug_delay)) * 1000);
}

// Sets the action of an armed point, and how often it is to be passed before. False where it is not armed.
bool read_action(const char *path, char (&action)[8], int &passes)
{
    passes = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool armed = fscanf(file, "%7s %d", action, &passes) >= 1;
    (void)fclose(file);
    return armed;
}

} // namespace

void define_failpoints()
{
    DefineCustomIntVariable(
        "pg_follower.debug_delay", "Longest time that a process sleeps at points of the program that chance picks.",
        "It shows what depends on the time that something takes.", &debug_delay, debug_delay, 0, 60000, PGC_SUSET,
        GUC_UNIT_MS | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, nullptr, nullptr, nullptr);
}

void reach_failpoint(Failpoint point)
{
    delay();
    auto number = static_cast<int>(point);
    const char *name = failpoints[number].name;
    char path[MAXPGPATH];
    char done[MAXPGPATH];
    char action[8];
    int passes;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (!read_action(path, action, passes) || passed[number]++ < passes)
        return;
    snprintf(done, sizeof(done), "%s/done_%s", folder, name);
    // Only one process takes it away.
    if (rename(path, done) != 0)
        return;
    ereport(LOG, (errhidestmt(true), errhidecontext(true), errmsg("failpoint \"%s\": %s", name, action)));
    if (strcmp(action, "kill") == 0)
        (void)kill(MyProcPid, SIGKILL);
    else if (strcmp(action, "sleep") == 0)
        pg_usleep(sleep_milliseconds * 1000);
    else
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("failpoint \"%s\" raises an error", name)));
}

} // namespace pg_follower

using namespace pg_follower;

// failpoints(OUT name text, OUT server text, OUT step text) → setof record: the points. No extension script creates it;
// the tests do.
Datum pg_follower_failpoints(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, 0);
    auto result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    for (const FailpointTraits &traits : failpoints) {
        Datum values[] = {CStringGetTextDatum(traits.name), CStringGetTextDatum(traits.server),
                          CStringGetTextDatum(traits.step)};
        bool nulls[lengthof(values)] = {};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return (Datum)0;
}

#endif
