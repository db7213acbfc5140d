/* A library that is no plugin. */
#include <strongroom/abi/entry.h>

SR_EXPORT int something_else(void);

int something_else(void) {
  return 7;
}
