// Finds circles of dependencies. See drop_circles.hpp.
//
// An object and its parts (a view, its rule, its row type) are one node of a graph, whose edges are the dependencies
// that stop a DROP without CASCADE. Circles are its strongly connected components, by R. Tarjan, "Depth-first search
// and linear graph algorithms", SIAM J. Comput. 1 (1972), here without recursion, because a schema may hold any number
// of objects in a row.
#include "deparse/drop/drop_circles.hpp"
#include "deparse/dead_rows.hpp"
#include "deparse/dropped_objects.hpp"

extern "C" {
#include "catalog/dependency.h"
}

namespace pg_follower::deparse {
namespace {

struct Key {
    Oid class_id;
    Oid object;
};

struct Entry {
    Key key;
    int index;
};

struct Node {
    int owner;   // the node that this one is a part of, or itself
    List *edges; // indexes of nodes
    // What the search notes:
    int number; // 0: not visited yet
    int low;
    bool open; // on the stack of nodes whose component is not known yet
    int next;  // edge
    int size;  // of its component, once that is known
};

class Graph {
  public:
    explicit Graph(const DroppedObjects &objects);
    // Sets the circle of each node, or -1.
    void find_circles(int *circles);

  private:
    int find(const ObjectAddress &address) const;
    int owner_of(int index) const;
    void add_edges(const DroppedObjects &objects, int index);
    void visit(int root, int *circles);
    void close(int root, int *circles);

    int count_;
    Node *nodes_;
    HTAB *indexes_;
    int visited_ = 0;
    int circles_ = 0;
    List *path_ = NIL; // nodes that are being visited, the root first
    List *open_ = NIL;
};

Graph::Graph(const DroppedObjects &objects)
    : count_(objects.count()), nodes_(allocate_zeroed<Node>(objects.count() + 1))
{
    HASHCTL control = {};
    control.keysize = sizeof(Key);
    control.entrysize = sizeof(Entry);
    control.hcxt = CurrentMemoryContext;
    indexes_ = hash_create("dropped objects", count_ + 1, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    for (int i = 0; i < count_; ++i) {
        nodes_[i].owner = i;
        if (objects[i].address.objectSubId != 0)
            continue;
        Key key = {objects[i].address.classId, objects[i].address.objectId};
        static_cast<Entry *>(hash_search(indexes_, &key, HASH_ENTER, nullptr))->index = i;
    }
    for (int i = 0; i < count_; ++i)
        if (objects[i].address.objectSubId == 0)
            add_edges(objects, i);
}

int Graph::find(const ObjectAddress &address) const
{
    Key key = {address.classId, address.objectId};
    auto *entry = static_cast<Entry *>(hash_search(indexes_, &key, HASH_FIND, nullptr));
    return entry ? entry->index : -1;
}

int Graph::owner_of(int index) const
{
    while (nodes_[index].owner != index)
        index = nodes_[index].owner;
    return index;
}

void Graph::add_edges(const DroppedObjects &objects, int index)
{
    for (DeadDependency *dependency : each<DeadDependency>(dead_dependencies(objects[index].address))) {
        int referenced = find(dependency->referenced);
        if (referenced < 0 || referenced == index)
            continue;
        if (dependency->kind == DEPENDENCY_INTERNAL) {
            if (owner_of(referenced) != index)
                nodes_[index].owner = referenced;
        } else if (dependency->kind == DEPENDENCY_NORMAL)
            nodes_[index].edges = lappend_int(nodes_[index].edges, referenced);
    }
}

// Closes a component, which is complete now: it consists of all nodes that were opened since its root.
void Graph::close(int root, int *circles)
{
    int size = 0;
    for (int i = list_length(open_) - 1;; --i) {
        ++size;
        if (list_nth_int(open_, i) == root)
            break;
    }
    int circle = size > 1 ? circles_++ : -1;
    for (; size > 0; --size) {
        int node = llast_int(open_);
        open_ = list_delete_last(open_);
        nodes_[node].open = false;
        circles[node] = circle;
    }
}

void Graph::visit(int root, int *circles)
{
    auto enter = [&](int node) {
        nodes_[node].number = nodes_[node].low = ++visited_;
        nodes_[node].open = true;
        open_ = lappend_int(open_, node);
        path_ = lappend_int(path_, node);
    };
    enter(root);
    while (path_ != NIL) {
        int current = llast_int(path_);
        Node &node = nodes_[current];
        if (node.next < list_length(node.edges)) {
            int to = list_nth_int(node.edges, node.next++);
            if (nodes_[to].number == 0)
                enter(to);
            else if (nodes_[to].open)
                node.low = Min(node.low, nodes_[to].number);
            continue;
        }
        path_ = list_delete_last(path_);
        if (path_ != NIL)
            nodes_[llast_int(path_)].low = Min(nodes_[llast_int(path_)].low, node.low);
        if (node.low == node.number)
            close(current, circles);
    }
}

void Graph::find_circles(int *circles)
{
    // Parts give their edges to their owners, and edges lead to owners.
    for (int i = 0; i < count_; ++i)
        if (int owner = owner_of(i); owner != i) {
            nodes_[owner].edges = list_concat(nodes_[owner].edges, nodes_[i].edges);
            nodes_[i].edges = NIL;
        }
    for (int i = 0; i < count_; ++i)
        for (int e = 0; e < list_length(nodes_[i].edges); ++e)
            lfirst_int(list_nth_cell(nodes_[i].edges, e)) = owner_of(list_nth_int(nodes_[i].edges, e));
    for (int i = 0; i < count_; ++i)
        if (owner_of(i) == i && nodes_[i].number == 0)
            visit(i, circles);
    for (int i = 0; i < count_; ++i)
        circles[i] = circles[owner_of(i)];
}

} // namespace

Circles::Circles(const DroppedObjects &objects) : circles_(allocate<int>(objects.count() + 1))
{
    Graph(objects).find_circles(circles_);
}

} // namespace pg_follower::deparse
