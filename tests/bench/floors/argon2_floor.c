/* Argon2id alone, with the parameters of a passphrase slot.
 * usage: argon2_floor MEMORY_MIB PASSES    milliseconds of one */
#define _POSIX_C_SOURCE 200809L
#include <sodium.h>

#include "floor.h"

int main(int argc, char** argv) {
  if (argc != 3 || sodium_init() < 0) return 2;
  unsigned char key[32], salt[crypto_pwhash_SALTBYTES] = {1};
  const double start = now_s();
  if (crypto_pwhash(key, sizeof key, "passphrase", 10, salt, strtoull(argv[2], NULL, 10),
                    strtoull(argv[1], NULL, 10) << 20, crypto_pwhash_ALG_ARGON2ID13) != 0)
    die("crypto_pwhash");
  result("ms", (now_s() - start) * 1e3);
  return 0;
}
