/*
 * Two providers of security labels that take any label but "refused". With pgf_label.second off there is only the
 * first, so that a statement need not name it.
 */
#include "postgres.h"

#include "commands/seclabel.h"
#include "fmgr.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

void _PG_init(void);

static bool second = false;

static void check_label(const ObjectAddress *object, const char *label)
{
    if (label && strcmp(label, "refused") == 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_NAME), errmsg("label \"%s\" is refused", label)));
}

void _PG_init(void)
{
    DefineCustomBoolVariable("pgf_label.second", "Whether there is a second provider.", NULL, &second, false,
                             PGC_SIGHUP, 0, NULL, NULL, NULL);
    register_label_provider("pgf_label", check_label);
    if (second)
        register_label_provider("Second \"provider\"", check_label);
}
