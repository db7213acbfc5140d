/* The least that a daemon which answers requests over AF_UNIX can cost: an epoll server that finds a record in a table
 * of 16,384 and opens its 256 bytes with AES-256-GCM for each request of 64 bytes.
 * usage: socket_floor SECONDS DEPTH CLIENTS   (DEPTH requests in one write, answers awaited together) */
#define _GNU_SOURCE
#include <openssl/evp.h>
#include <sys/epoll.h>

#include "clients.h"

enum { k_request = 64, k_answer = 256, k_record = 12 + 16 + k_answer, k_table = 16384 };

static unsigned char* table;
static EVP_CIPHER_CTX* cipher;

static void make_table(void) {
  unsigned char key[32] = {7}, nonce[12] = {0}, plain[k_answer];
  memset(plain, 'x', sizeof plain);
  table = malloc((size_t)k_record * k_table);
  cipher = EVP_CIPHER_CTX_new();
  if (!table || !cipher) die("malloc");
  for (uint32_t i = 0; i < k_table; i++) {
    unsigned char* record = table + (size_t)k_record * i;
    int n = 0;
    memcpy(nonce, &i, sizeof i);
    memcpy(record, nonce, sizeof nonce);
    EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce);
    EVP_EncryptUpdate(cipher, record + 28, &n, plain, k_answer);
    EVP_EncryptFinal_ex(cipher, record + 28 + n, &n);
    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, 16, record + 12);
  }
  EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, NULL);
}

static void answer(const unsigned char* request, unsigned char* out) {
  uint32_t id = 0;
  memcpy(&id, request, sizeof id);
  unsigned char* record = table + (size_t)k_record * (id % k_table);
  int n = 0;
  if (EVP_DecryptInit_ex(cipher, NULL, NULL, NULL, record) != 1 ||
      EVP_DecryptUpdate(cipher, out, &n, record + 28, k_answer) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, 16, record + 12) != 1 ||
      EVP_DecryptFinal_ex(cipher, out + n, &n) != 1) {
    fprintf(stderr, "a record does not open\n");
    exit(1);
  }
}

struct peer {
  int socket;
  size_t have;
  unsigned char in[k_request * k_deepest];
};

static int serve(struct peer* c) {
  static unsigned char out[k_answer * k_deepest];
  const ssize_t n = recv(c->socket, c->in + c->have, sizeof c->in - c->have, 0);
  if (n <= 0) return 0;
  c->have += (size_t)n;
  size_t used = 0, filled = 0;
  for (; c->have - used >= k_request; used += k_request, filled += k_answer) answer(c->in + used, out + filled);
  memmove(c->in, c->in + used, c->have - used);
  c->have -= used;
  for (size_t sent = 0; sent < filled;) {
    const ssize_t w = send(c->socket, out + sent, filled - sent, MSG_NOSIGNAL);
    if (w < 0) return 0;
    sent += (size_t)w;
  }
  return 1;
}

static void run_server(int listener) {
  const int poll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[k_most_clients];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    const int n = epoll_wait(poll, events, k_most_clients, -1);
    for (int i = 0; i < n; i++) {
      struct peer* c = events[i].data.ptr;
      if (c) {
        if (serve(c)) continue;
        close(c->socket);
        free(c);
        continue;
      }
      c = calloc(1, sizeof *c);
      if (!c) die("calloc");
      c->socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
      event.data.ptr = c;
      epoll_ctl(poll, EPOLL_CTL_ADD, c->socket, &event);
    }
  }
}

int main(int argc, char** argv) {
  make_table();
  return measure_clients(argc, argv, k_request, k_answer, run_server);
}
