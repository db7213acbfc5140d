/* The outcome of every call that crosses the plugin seam.
 *
 * A status is a number with a fixed meaning; a sentence about it travels separately, through the error sink of the call
 * (bytes.h). Numbers never change their meaning. A host that receives a number it does not know treats it as SR_FAILED,
 * so a plugin may be built against a newer header than the host.
 *
 * C11 and C++. Nothing here allocates, and nothing here is a function.
 */
#ifndef STRONGROOM_ABI_STATUS_H
#define STRONGROOM_ABI_STATUS_H

#include <stdint.h>

/* A fixed-width integer instead of an enum: the width of an enum is the compiler's choice. */
typedef int32_t sr_status;

/* Done. */
#define SR_OK 0
/* Failed for a reason that no other number names; a defect of the plugin, an exception, no memory. */
#define SR_FAILED 1
/* The host's call breaks the contract: a bound, a state, a scope that was not asked for. */
#define SR_INVALID 2
/* There is no such thing. For `get` of a storage this is an answer and no failure. */
#define SR_NOT_FOUND 3
/* A condition of the call does not hold, for instance the expected version of a conditional write. */
#define SR_CONFLICT 4
/* A key, a value or an answer exceeds its documented bound. */
#define SR_TOO_LARGE 5
/* What is stored is damaged, or is not what this plugin writes. */
#define SR_CORRUPT 6
/* No space is left. */
#define SR_FULL 7
/* The place of the data cannot be written. */
#define SR_READ_ONLY 8
/* Reading or writing the medium failed. */
#define SR_IO 9
/* The call or the format of the data is not known to this plugin. */
#define SR_UNSUPPORTED 10
/* Another writer, another process or a limit is in the way; the same call may succeed later. */
#define SR_BUSY 11

#endif
