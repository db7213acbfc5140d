// How dear a guess of an age file's passphrase is: scrypt (RFC 7914) with N = 2^factor, r = 8 and p = 1, which takes
// 2^factor KiB of memory, and twice the time with each step.
#pragma once

namespace strongroom::age {

// What the age tool writes: 256 MiB, about a second.
inline constexpr unsigned k_work_factor = 18;

// What the age tool reads at most: 4 GiB, about 15 seconds. Nobody can be made to do more by a file; a
// process that must not take that much memory sets a lower bound (Credentials::most_work_factor).
inline constexpr unsigned k_most_work_factor = 22;

}  // namespace strongroom::age
