/* What the host does for a plugin. Deliberately little: a plugin has no way to ask for data, keys, clocks or sockets.
 *
 * The table begins with its size and grows only at its end. A plugin that wants a service of a newer host compares
 * `size` with the offset of that member before it reads it.
 */
#ifndef STRONGROOM_ABI_HOST_H
#define STRONGROOM_ABI_HOST_H

#include <stdint.h>

#include <strongroom/abi/bytes.h>

/* Levels of log lines. A host treats a level it does not know as SR_LOG_INFO. */
#define SR_LOG_DEBUG 0u
#define SR_LOG_INFO 1u
#define SR_LOG_WARNING 2u
#define SR_LOG_ERROR 3u

/* Valid from the call that it is handed to until the object that was opened with it is closed. */
typedef struct sr_host {
  uint32_t size;     /* sizeof(sr_host) of the host */
  uint32_t reserved; /* 0 */
  void* context;     /* the host's; handed back unchanged */
  /* [thread-safe] Writes one line to the host's log. UTF-8, at most SR_MAX_TEXT bytes, longer text is cut; control
   * characters are replaced. The host may drop lines of a plugin that writes many. Never fails. */
  void (*log)(void* context, uint32_t level, sr_bytes line);
} sr_host;

/* One setting: a name that the plugin's documentation lists, and its value. Both UTF-8. */
typedef struct sr_setting {
  sr_bytes name;
  sr_bytes value;
} sr_setting;

#endif
