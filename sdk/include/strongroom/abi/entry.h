/* The only symbol that a plugin exports.
 *
 * It is data, not a function: finding it runs no code of the plugin. (Loading the library already does; that is why a
 * file is checked before it is loaded.) The host reads the table, refuses another major, and asks for the extensions
 * that it knows by their ids. An extension whose meaning changes gets a new id beside the old one, so a plugin can
 * serve hosts of several ages at once.
 */
#ifndef STRONGROOM_ABI_ENTRY_H
#define STRONGROOM_ABI_ENTRY_H

#include <stdint.h>

/* The revision of the seam itself: of this table and of what every extension relies on (status, bytes, host). Another
 * major is refused by the host. A greater minor means that tables have grown at their ends. */
#define SR_ABI_MAJOR 1u
#define SR_ABI_MINOR 1u

/* The longest id, name or version, without the terminating zero. */
#define SR_MAX_NAME 127u

#if defined(__GNUC__)
#define SR_EXPORT __attribute__((visibility("default")))
#else
#define SR_EXPORT
#endif

typedef struct sr_plugin_entry {
  uint32_t size;      /* sizeof(sr_plugin_entry) of the plugin */
  uint16_t abi_major; /* SR_ABI_MAJOR that the plugin was built with */
  uint16_t abi_minor; /* SR_ABI_MINOR likewise */
  /* Texts of the plugin, constant while it is loaded: UTF-8, zero-terminated, 1 to SR_MAX_NAME bytes. */
  const char* id;      /* reverse domain name, stable for ever: "com.example.storage.tape" */
  const char* name;    /* for people: "Tape library" */
  const char* version; /* of the plugin: "1.4.0" */
  /* [thread-safe] The table of the extension `id` ("strongroom.storage/1"), constant while the plugin is loaded, or
   * null when the plugin does not have it. Every such table begins with `uint32_t size`. Does no other work. */
  const void* (*get_extension)(const char* id);
} sr_plugin_entry;

/* The name to look up. */
#define SR_ENTRY_SYMBOL "strongroom_plugin_entry"

#ifdef __cplusplus
extern "C" {
#endif

extern SR_EXPORT const sr_plugin_entry strongroom_plugin_entry;

#ifdef __cplusplus
}
#endif

#endif
