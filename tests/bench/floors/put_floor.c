/* The least that durable answers over AF_UNIX can cost: an epoll server that seals the 256 bytes of each request with
 * AES-256-GCM, chains the records with SHA-256, writes all requests that are ready at once, syncs, and then answers.
 * usage: put_floor SECONDS DEPTH CLIENTS FILE   (FILE lies on the disk that counts, and is removed) */
#define _GNU_SOURCE
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/epoll.h>

#include "clients.h"

enum {
  k_request = 280,
  k_value = 256,
  k_answer = 16,
  k_tag = 16,
  k_hash = 32,
  k_record = 24 + k_value + k_tag + k_hash
};

struct peer {
  int socket;
  size_t have;
  size_t owed; /* records of the batch that this peer waits for */
  unsigned char in[k_request * k_deepest];
};

static int file_descriptor;
static EVP_CIPHER_CTX* cipher;
static EVP_MD_CTX* digest;
static unsigned char chain[k_hash];
static uint64_t sequence;
static unsigned char batch[(size_t)k_record * k_deepest * k_most_clients];
static size_t filled;

static void append(const unsigned char* request) {
  unsigned char* record = batch + filled;
  unsigned char nonce[12] = {0};
  int n = 0;
  sequence++;
  memcpy(record, &sequence, sizeof sequence);
  memcpy(record + sizeof sequence, request, 16);
  memcpy(nonce, &sequence, sizeof sequence);
  if (EVP_EncryptInit_ex(cipher, NULL, NULL, NULL, nonce) != 1 ||
      EVP_EncryptUpdate(cipher, NULL, &n, record, 24) != 1 ||
      EVP_EncryptUpdate(cipher, record + 24, &n, request + 24, k_value) != 1 ||
      EVP_EncryptFinal_ex(cipher, record + 24 + n, &n) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, k_tag, record + 24 + k_value) != 1 ||
      EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1 || EVP_DigestUpdate(digest, chain, k_hash) != 1 ||
      EVP_DigestUpdate(digest, record, k_record - k_hash) != 1 || EVP_DigestFinal_ex(digest, chain, NULL) != 1) {
    fprintf(stderr, "a record cannot be sealed\n");
    exit(1);
  }
  memcpy(record + k_record - k_hash, chain, k_hash);
  filled += k_record;
}

/* Takes what a peer has sent into the batch. 0: it has gone. */
static int take(struct peer* p) {
  const ssize_t n = recv(p->socket, p->in + p->have, sizeof p->in - p->have, 0);
  if (n <= 0) return 0;
  p->have += (size_t)n;
  size_t used = 0;
  for (; p->have - used >= k_request; used += k_request, p->owed++) append(p->in + used);
  memmove(p->in, p->in + used, p->have - used);
  p->have -= used;
  return 1;
}

static void commit(void) {
  if (filled == 0) return;
  if (write(file_descriptor, batch, filled) != (ssize_t)filled || fdatasync(file_descriptor)) die("write");
  filled = 0;
}

static void run_server(int listener) {
  static unsigned char answers[k_answer * k_deepest];
  const int poll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[k_most_clients];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    struct peer* waiting[k_most_clients];
    size_t count = 0;
    const int n = epoll_wait(poll, events, k_most_clients, -1);
    for (int i = 0; i < n; i++) {
      struct peer* p = events[i].data.ptr;
      if (!p) {
        p = calloc(1, sizeof *p);
        if (!p) die("calloc");
        p->socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        event.data.ptr = p;
        epoll_ctl(poll, EPOLL_CTL_ADD, p->socket, &event);
      } else if (take(p)) {
        waiting[count++] = p;
      } else {
        close(p->socket);
        free(p);
      }
    }
    commit();
    for (size_t i = 0; i < count; waiting[i++]->owed = 0)
      if (send(waiting[i]->socket, answers, k_answer * waiting[i]->owed, MSG_NOSIGNAL) < 0) continue;
  }
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const char* file = argv[4];
  file_descriptor = open(file, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  cipher = EVP_CIPHER_CTX_new();
  digest = EVP_MD_CTX_new();
  const unsigned char key[32] = {3};
  if (file_descriptor < 0 || !cipher || !digest || EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, NULL) != 1)
    die(file);
  const int status = measure_clients(argc, argv, k_request, k_answer, run_server);
  unlink(file);
  return status;
}
