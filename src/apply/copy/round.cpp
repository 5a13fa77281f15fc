// Rounds of the copy. See round.hpp.
#include "apply/copy/round.hpp"

#include "apply/copy/tables.hpp"
#include "apply/state/followed_tables.hpp"
#include "apply/state/latch_pause.hpp"
#include "apply/state/state.hpp"
#include "pg_follower/failpoints.hpp"

namespace pg_follower::apply {

Round::Round(const Follow &follow) : follow_(follow)
{
    if (follow.copy_phase != CopyPhase::done)
        in_transaction([&] {
            tidy_followed_tables(follow.id);
            tables_ = waiting_tables(follow.id);
        });
}

void Round::begin()
{
    in_transaction([&] {
        upstream_ = Upstream::connect(follow_.conninfo, worker_name(NameStr(follow_.name)));
        upstream_.allow_plugin();
        position_ = upstream_.create_snapshot(psprintf("%.58s_copy", NameStr(follow_.slot)), &snapshot_);
    });
    PGF_FAILPOINT(snapshot_taken);
}

void Round::copy()
{
    // A table that the upstream changes all the time is not to be asked for without a pause.
    constexpr long pause_milliseconds = 500;
    copy_tables(follow_, snapshot_, position_);
    PGF_FAILPOINT(round_copied);
    upstream_.close();
    List *left = NIL;
    in_transaction([&] { left = waiting_tables(follow_.id); });
    if (list_length(left) == list_length(tables_))
        pause_briefly(pause_milliseconds);
}

} // namespace pg_follower::apply
