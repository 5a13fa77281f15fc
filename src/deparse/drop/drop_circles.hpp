// Dropped objects that needed each other.
#pragma once

#include "deparse/dropped_objects.hpp"

namespace pg_follower::deparse {

// Which of the dropped objects stand in a circle of dependencies: a type and its input function, two functions that
// call each other in their SQL-standard bodies, a view and a function of its row type. None of a circle can be dropped
// before the others.
class Circles {
  public:
    explicit Circles(const DroppedObjects &objects);
    // The number of the circle that the object at `index` of the list stands in, with its parts; -1 where it is in
    // none.
    int of(int index) const { return circles_[index]; }

  private:
    int *circles_;
};

} // namespace pg_follower::deparse
