/* Reading a file and sealing what was read, in pieces as an age file has them, on one thread; the sealed bytes go
 * nowhere. usage: sealing_floor FILE MIB    MiB a second of the first MIB of the file */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <sodium.h>

#include <string.h>
#include <unistd.h>

#include "floor.h"

enum { PIECE = 64 * 1024 };

int main(int argc, char** argv) {
  if (argc != 3 || sodium_init() < 0) return 2;
  static unsigned char plain[PIECE], sealed[PIECE + crypto_aead_chacha20poly1305_ietf_ABYTES];
  unsigned char key[crypto_aead_chacha20poly1305_ietf_KEYBYTES];
  unsigned char nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0};
  crypto_aead_chacha20poly1305_ietf_keygen(key);
  const int file = open(argv[1], O_RDONLY);
  if (file < 0) die("open");
  const unsigned long pieces = strtoul(argv[2], NULL, 10) * 16;
  const double start = now_s();
  for (unsigned long i = 0; i < pieces; ++i) {
    memcpy(nonce, &i, sizeof i);
    if (read(file, plain, PIECE) != PIECE) die("read");
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, plain, PIECE, NULL, 0, NULL, nonce, key);
  }
  result("per_second", (double)pieces / 16 / (now_s() - start));
  return 0;
}
