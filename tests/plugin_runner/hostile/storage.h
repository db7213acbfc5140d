/* What the present call of a hostile storage may be answered with. */
#ifndef STRONGROOM_TESTS_HOSTILE_STORAGE_H
#define STRONGROOM_TESTS_HOSTILE_STORAGE_H

#include <strongroom/abi/storage.h>

#include "hostile.h"

struct storage_call {
  const sr_row_key* key;
  const sr_row_sink* rows;
  const sr_health_sink* health;
  const sr_byte_sink* bytes;
  int answered; /* by the act: the plugin adds nothing */
};

extern struct storage_call storage_call;

/* A row for whoever asks, and the end of the ordinary answer. */
sr_status give_row(const char* key, uint64_t version, const void* value, uint64_t size);

#endif
