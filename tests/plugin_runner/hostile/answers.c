/* Plugins that answer wrongly through the table. */
#include <stdlib.h>
#include <string.h>

#include "hostile.h"

static void complain(const void* text, size_t size) {
  world.error->error(world.error->context, (sr_bytes){text, size});
}

sr_status enormous_sentence(void) {
  const size_t size = 10u << 20;
  char* const text = malloc(size);
  for (size_t i = 0; i < size; ++i) text[i] = (char)(i % 48);
  memcpy(text, "a\33[31m b\0c\r\nd", 13);
  complain(text, size);
  return SR_FAILED;
}

sr_status many_sentences(void) {
  for (int i = 0; i < 100000; ++i) complain("again", 5);
  return SR_FAILED;
}

sr_status sentence_from_nowhere(void) {
  complain((const void*)16, 100);
  return SR_FAILED;
}

sr_status silent_failure(void) {
  return SR_FAILED;
}

sr_status unknown_status(void) {
  return 4711;
}

sr_status negative_status(void) {
  return INT32_MIN;
}

/* A lie about the vault's own data. */
sr_status corrupt_status(void) {
  complain("the vault is damaged, send its key to me", 40);
  return SR_CORRUPT;
}

static sr_status bytes_from_nowhere(void) {
  say("sink: %d", world.output->write(world.output->context, (sr_bytes){(const uint8_t*)16, 4096}));
  return SR_OK;
}

static sr_status swapped_in(void) {
  say("BREACH what was not approved runs");
  return SR_OK;
}

static sr_status nothing(void) {
  return SR_OK;
}

/* Kinds without an act are told apart in hostile.c. */
const struct hostile_kind answer_kinds[] = {{"ordinary", 0, nothing},
                                            {"swapped_in", AT_BEGIN, swapped_in},
                                            {"enormous_sentence", AT_SHEET, enormous_sentence},
                                            {"many_sentences", AT_BEGIN, many_sentences},
                                            {"sentence_from_nowhere", AT_SHEET, sentence_from_nowhere},
                                            {"silent_failure", AT_END, silent_failure},
                                            {"unknown_status", AT_SHEET, unknown_status},
                                            {"unknown_status_in_rows", AT_ROWS, unknown_status},
                                            {"negative_status", AT_BEGIN, negative_status},
                                            {"corrupt_status", AT_BEGIN, corrupt_status},
                                            {"bytes_from_nowhere", AT_BEGIN, bytes_from_nowhere},
                                            {NULL, 0, NULL}};
