// Reads an event from the server's own set-returning functions. See event.hpp.
//
// They are called directly, without SQL: an event trigger of every DDL command must cost next to nothing.
#include "deparse/capture/event.hpp"
#include "deparse/capture/commands.hpp"
#include "deparse/dropped_objects.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/temporary.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/tuplestore.h"
}

namespace pg_follower::deparse {
namespace {

// The rows of a set-returning function without arguments, each in a slot with all its columns.
class FunctionRows {
  public:
    explicit FunctionRows(Oid function) : econtext_(CreateStandaloneExprContext())
    {
        FmgrInfo flinfo;
        fmgr_info(function, &flinfo);
        ReturnSetInfo result = {};
        result.type = T_ReturnSetInfo;
        result.econtext = econtext_;
        result.allowedModes = SFRM_Materialize;
        result.returnMode = SFRM_ValuePerCall;
        LOCAL_FCINFO(call, 0);
        InitFunctionCallInfoData(*call, &flinfo, 0, InvalidOid, nullptr, reinterpret_cast<fmNodePtr>(&result));
        (void)FunctionCallInvoke(call);
        rows_ = result.setResult;
        slot_ = MakeSingleTupleTableSlot(result.setDesc, &TTSOpsMinimalTuple);
    }
    ~FunctionRows()
    {
        ExecDropSingleTupleTableSlot(slot_);
        tuplestore_end(rows_);
        FreeExprContext(econtext_, true);
    }
    FunctionRows(const FunctionRows &) = delete;
    FunctionRows &operator=(const FunctionRows &) = delete;

    class Iterator {
      public:
        Iterator(Tuplestorestate *rows, TupleTableSlot *slot) : rows_(rows), slot_(slot)
        {
            if (slot_)
                ++*this;
        }
        TupleTableSlot *operator*() const { return slot_; }
        Iterator &operator++()
        {
            if (tuplestore_gettupleslot(rows_, true, false, slot_))
                slot_getallattrs(slot_);
            else
                slot_ = nullptr;
            return *this;
        }
        bool operator!=(const Iterator &other) const { return slot_ != other.slot_; }

      private:
        Tuplestorestate *rows_;
        TupleTableSlot *slot_;
    };

    // To be called once: the rows are read forward only.
    Iterator begin() const { return Iterator(rows_, slot_); }
    Iterator end() const { return Iterator(nullptr, nullptr); }

  private:
    ExprContext *econtext_;
    Tuplestorestate *rows_;
    TupleTableSlot *slot_;
};

char *text_at(TupleTableSlot *slot, int column)
{
    return slot->tts_isnull[column] ? nullptr : TextDatumGetCString(slot->tts_values[column]);
}

char **text_array_at(TupleTableSlot *slot, int column, int *count)
{
    *count = 0;
    if (slot->tts_isnull[column])
        return nullptr;
    Datum *elements;
    bool *nulls;
    deconstruct_array(DatumGetArrayTypeP(slot->tts_values[column]), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls,
                      count);
    auto **strings = allocate<char *>(static_cast<size_t>(*count) + 1);
    for (int i = 0; i < *count; ++i)
        strings[i] = nulls[i] ? nullptr : TextDatumGetCString(elements[i]);
    return strings;
}

} // namespace

EventTriggerData *event_trigger_data(FunctionCallInfo fcinfo, const char *function)
{
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" was not called by the event trigger manager", function)));
    return reinterpret_cast<EventTriggerData *>(fcinfo->context);
}

Event collect_event(Node *parse_tree)
{
    List *commands = NIL;
    for (TupleTableSlot *slot : FunctionRows(F_PG_EVENT_TRIGGER_DDL_COMMANDS)) {
        auto *command = allocate_zeroed<Command>();
        if (!slot->tts_isnull[0])
            ObjectAddressSubSet(command->address, DatumGetObjectId(slot->tts_values[0]),
                                DatumGetObjectId(slot->tts_values[1]), DatumGetInt32(slot->tts_values[2]));
        command->tag = text_at(slot, 3);
        const CommandEntry *entry = find_command(command->tag);
        command->creates = entry && entry->creates;
        command->collected = reinterpret_cast<CollectedCommand *>(DatumGetPointer(slot->tts_values[8]));
        command->parse_tree = command->collected->parsetree;
        commands = lappend(commands, command);
    }

    Event event;
    event.parse_tree = parse_tree;
    event.count = list_length(commands);
    event.is_running = false;
    event.search_path = pstrdup(namespace_search_path);
    event.commands = allocate<Command>(static_cast<size_t>(event.count) + 1);
    int i = 0;
    for (Command *command : each<Command>(commands))
        event.commands[i++] = *command;
    return event;
}

DroppedObjects collect_dropped_objects()
{
    List *objects = NIL;
    for (TupleTableSlot *slot : FunctionRows(F_PG_EVENT_TRIGGER_DROPPED_OBJECTS)) {
        auto *object = allocate_zeroed<DroppedObject>();
        ObjectAddressSubSet(object->address, DatumGetObjectId(slot->tts_values[0]),
                            DatumGetObjectId(slot->tts_values[1]), DatumGetInt32(slot->tts_values[2]));
        object->original = DatumGetBool(slot->tts_values[3]);
        object->normal = DatumGetBool(slot->tts_values[4]);
        object->temporary = DatumGetBool(slot->tts_values[5]);
        object->type = text_at(slot, 6);
        object->schema = text_at(slot, 7);
        object->name = text_at(slot, 8);
        object->identity = text_at(slot, 9);
        object->address_names = text_array_at(slot, 10, &object->address_name_count);
        object->address_arguments = text_array_at(slot, 11, &object->address_argument_count);
        objects = lappend(objects, object);
    }
    return DroppedObjects(objects);
}

} // namespace pg_follower::deparse
