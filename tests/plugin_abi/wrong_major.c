/* A plugin of an interface that does not exist yet. */
#include <stddef.h>

#include <strongroom/abi/entry.h>

static const void* no_extension(const char* id) {
  (void)id;
  return NULL;
}

const sr_plugin_entry strongroom_plugin_entry = {
    sizeof(sr_plugin_entry), SR_ABI_MAJOR + 1u, 0, "com.example.future", "Future", "1", no_extension};
