/* What hostile monitors do. */
#include "hostile.h"

const struct hostile_kind monitor_kinds[] = {{NULL, 0, NULL}};
